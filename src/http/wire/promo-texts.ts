/** What a merchant is told about promos, English and Chinese. `{n}` is the number of another promo. */
import type { Warning, WarningCode } from '../../shop/promo-warnings.ts';
import { type ErrorCode, failures, type Language } from './messages.ts';

/** 30011 for a promo: what it is, and what is in its way. */
const promoStateTexts: Record<Language, { state: string; overlaps: string }> = {
  en: {
    state: 'the promo is in a state that does not allow this',
    overlaps: 'promo {n} of the item, which is published, is on sale at that time',
  },
  zh: {
    state: '该活动当前状态不允许此操作',
    overlaps: '该时段与同一商品已发布的活动 {n} 重叠',
  },
};

const warningTexts: Record<Language, Record<WarningCode, string>> = {
  en: {
    priceAboveNormal: 'The price is above the normal price.',
    free: 'The price is 0: orders are paid when they are placed.',
    startInPast: 'The start is in the past: the sale opens when it is published.',
    endInPast: 'The end is in the past: it cannot be published.',
    overlaps: 'It is at the same time as promo {n} of the item: not both can be published.',
    nothingLeft: 'No units of the item are left.',
    oneBuyerTakesAll: 'One buyer may take all units that are left.',
    admissionsOutliveSale:
      'Whoever is let in has until the end of the sale to order: units of those who do not buy may stay unsold.',
    paymentsOutliveSale:
      'Orders may be paid until after the end of the sale: units of those that are not may stay unsold.',
    queueOpenAtUnused: 'Only a draw has a time from which users may join: queueOpenAt is not used.',
  },
  zh: {
    priceAboveNormal: '活动价高于原价。',
    free: '价格为 0：下单即视为已付款。',
    startInPast: '开始时间已过：发布后立即开售。',
    endInPast: '结束时间已过：无法发布。',
    overlaps: '与同一商品的活动 {n} 时间重叠：两者不能都发布。',
    nothingLeft: '该商品已无剩余数量。',
    oneBuyerTakesAll: '一位买家即可买走全部剩余数量。',
    admissionsOutliveSale: '获得资格者可在活动结束前一直不下单：其未购买的数量可能卖不出去。',
    paymentsOutliveSale: '订单可在活动结束后才付款：未付款的数量可能卖不出去。',
    queueOpenAtUnused: '只有抽签才有排队开放时间：queueOpenAt 不起作用。',
  },
};

export function warningText({ code, about }: Warning, language: Language): string {
  return warningTexts[language][code].replace('{n}', String(about));
}

/** Why a merchant's wish for a promo was refused; `about` is the other promo that is in its way, or 0. */
export function promoRefusalText(code: ErrorCode, about: number, language: Language): string {
  if (code !== 30011) return failures[code][language];
  const { state, overlaps } = promoStateTexts[language];
  return about === 0 ? state : overlaps.replace('{n}', String(about));
}
