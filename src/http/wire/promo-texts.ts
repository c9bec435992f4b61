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

/** What there is to know, and what to do about it. `{other}` is another promo, `{units}` a number of units. */
const warningTexts: Record<Language, Record<WarningCode | 'overlapsDraft', string>> = {
  en: {
    priceAboveNormal:
      'The price is above the normal price. Lower it, unless the item is to be dearer in this sale.',
    free: 'The price is 0: orders are paid when they are placed.',
    startInPast:
      'The start is in the past: the sale opens when it is published. Move the start, if buyers are to be ready for it.',
    endInPast: 'The end is in the past: it cannot be published. Move the start and the end.',
    shorterThanMinute:
      'The sale lasts less than a minute: hardly anybody gets through in that time. Move the end.',
    longerThanWeek:
      'The sale lasts longer than a week: until it ends the item is not sold at its normal price. Check the end.',
    overlaps:
      'It is at the same time as {other} of the item, which is published: it cannot be published. Move one of them.',
    overlapsDraft:
      'It is at the same time as {other} of the item, a draft: not both can be published. Move one of them.',
    nothingLeft: 'No units of the item are left. Add units before the sale.',
    oneBuyerTakesAll:
      'One buyer may take all units that are left ({units}). Lower the units per buyer.',
    admissionsOutliveSale:
      'Whoever is let in has until the end of the sale to order: units of those who do not buy may stay unsold. Give them less time to order, or move the end.',
    paymentsOutliveSale:
      'Orders may be paid until after the end of the sale: units of those that are not may stay unsold. Give them less time to pay, or move the end.',
    nextBuyerTooLate:
      'Who is let in first may order late and not pay: then it is too late for another buyer to have those units. Give less time to order or to pay, or move the end.',
    gateLeavesUnits:
      'If one in five of those who are let in buys one unit, {units} stay unsold. Let more in at once (gate factor), give them less time to order, or move the end.',
    noTimeToJoinDraw:
      'Buyers have less than a minute to join the draw. Move its opening or the start.',
    queueOpenAtUnused: 'Only a draw has a time from which users may join: queueOpenAt is not used.',
  },
  zh: {
    priceAboveNormal: '活动价高于原价。若非有意加价，请调低。',
    free: '价格为 0：下单即视为已付款。',
    startInPast: '开始时间已过：发布后立即开售。如需让买家提前准备，请推迟开始时间。',
    endInPast: '结束时间已过：无法发布。请更改开始和结束时间。',
    shorterThanMinute: '活动不足一分钟：几乎没有人来得及购买。请推迟结束时间。',
    longerThanWeek: '活动超过一周：结束前该商品不按原价销售。请核对结束时间。',
    overlaps: '与同一商品已发布的{other}时间重叠：无法发布。请调整其中一个的时间。',
    overlapsDraft: '与同一商品的草稿{other}时间重叠：两者不能都发布。请调整其中一个的时间。',
    nothingLeft: '该商品已无剩余数量。请在活动前补货。',
    oneBuyerTakesAll: '一位买家即可买走全部剩余数量（{units} 件）。请调低每人限购。',
    admissionsOutliveSale:
      '获得资格者可在活动结束前一直不下单：其未购买的数量可能卖不出去。请缩短下单时限，或推迟结束时间。',
    paymentsOutliveSale:
      '订单可在活动结束后才付款：未付款的数量可能卖不出去。请缩短付款时限，或推迟结束时间。',
    nextBuyerTooLate:
      '最先获得资格者可能很晚下单又不付款，这些数量便来不及卖给下一位买家。请缩短下单或付款时限，或推迟结束时间。',
    gateLeavesUnits:
      '若获得资格者中每五人有一人购买一件，将有 {units} 件卖不出去。请调高资格倍数、缩短下单时限，或推迟结束时间。',
    noTimeToJoinDraw: '买家参加抽签的时间不足一分钟。请提前抽签开放时间，或推迟开始时间。',
    queueOpenAtUnused: '只有抽签才有排队开放时间：queueOpenAt 不起作用。',
  },
};

export function warningText(warning: Warning, language: Language): string {
  const { before, link, after } = warningParts(warning, language);
  return before + link + after;
}

/** As `warningText`, cut around what names the other promo, for a link to it. */
export function warningParts({ code, other, units }: Warning, language: Language) {
  const isDraft = code === 'overlaps' && other?.isPublished === false;
  const text = warningTexts[language][isDraft ? 'overlapsDraft' : code];
  const [before = '', after] = text.replace('{units}', String(units)).split('{other}');
  const link = other === null || after === undefined ? '' : nameOf(other, language);
  return { before, link, after: after ?? '' };
}

function nameOf({ id, name }: { id: number; name: string }, language: Language): string {
  return language === 'zh' ? `活动 ${id}（${name}）` : `promo ${id} (${name})`;
}

/** Why a merchant's wish for a promo was refused; `about` is the other promo that is in its way, or 0. */
export function promoRefusalText(code: ErrorCode, about: number, language: Language): string {
  if (code !== 30011) return failures[code][language];
  const { state, overlaps } = promoStateTexts[language];
  return about === 0 ? state : overlaps.replace('{n}', String(about));
}
