/** The texts of the page that plays a payment provider, English and Chinese. `{…}` is filled in. */
import type { Language } from '../../../wire/messages.ts';

const en = {
  title: 'Checkout',
  demo: 'Demonstration: no money moves. This page plays a payment provider.',
  provider: 'Demo Pay',
  to: 'Payment to Stampede',
  item: 'Item',
  order: 'Order',
  amount: 'Amount',
  total: 'Total',
  pay: 'Pay {amount}',
  decline: 'Decline',
  unreached:
    'The shop could not be told of the payment. Try again: the same payment is never taken twice.',
  nothingToPay: 'There is nothing to pay: this order is {status}.',
  back: 'Back to the order',
};

const zh: typeof en = {
  title: '收银台',
  demo: '演示：不会发生真实扣款。本页扮演支付服务商。',
  provider: '演示支付',
  to: '付款给 Stampede',
  item: '商品',
  order: '订单号',
  amount: '数量',
  total: '合计',
  pay: '付款 {amount}',
  decline: '取消付款',
  unreached: '未能通知商家，请重试：同一笔付款不会重复扣款。',
  nothingToPay: '无需付款：该订单{status}。',
  back: '返回订单',
};

export const checkoutTexts: Record<Language, typeof en> = { en, zh };
