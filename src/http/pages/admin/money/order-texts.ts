/** The texts of one order's page, English and Chinese. `{…}` is filled in. */
import type { Language } from '../../../wire/messages.ts';

const en = {
  back: 'All orders',
  sale: 'Sale',
  whyRefused: 'What happened to this buyer',
  history: 'History',
  step: 'What',
  at: 'When',
  by: 'Who',
  entry: 'Journal entry',
  entryOf: 'partition {partition}, entry {seq}',
  unread: 'The journal cannot be read now: who did what is in it.',
  steps: {
    placed: 'Placed',
    paid: 'Paid',
    cancelled: 'Cancelled',
    expired: 'Expired',
    refunded: 'Refunded',
    refundDue: 'Money came that must go back',
    dueSettled: 'That money went back',
  },
  late: 'after it had expired',
  backOnSale: 'units back on sale',
  ofReference: 'reference {reference}',
  people: {
    buyer: 'the buyer',
    webhook: 'payment provider',
    nobody: 'nobody: the time to pay ended',
  },
  payAsk: 'Note as paid …',
  payTells:
    'The buyer sees that the order is paid, and owes nothing any more. Do it only when {total} have come.',
  paySure: 'Yes, it is paid',
  cancelAsk: 'Cancel the order …',
  cancelTells:
    'The buyer loses the order at once, and the units go back on sale for others. A payment that comes afterwards must go back.',
  cancelSure: 'Yes, cancel it',
  refundAsk: 'Note as refunded …',
  refundTells:
    'The buyer sees that the order is refunded. Stampede moves no money: give {total} back at your bank or payment provider first.',
  refundSure: 'Yes, {total} went back',
};

export type OrderTexts = typeof en;

const zh: OrderTexts = {
  back: '全部订单',
  sale: '活动',
  whyRefused: '查看此买家的经过',
  history: '经过',
  step: '事项',
  at: '时间',
  by: '操作人',
  entry: '日志条目',
  entryOf: '分区 {partition}，条目 {seq}',
  unread: '现在无法读取日志，操作人记录在其中。',
  steps: {
    placed: '下单',
    paid: '付款',
    cancelled: '取消',
    expired: '过期',
    refunded: '退款',
    refundDue: '收到须退还的款项',
    dueSettled: '该款项已退还',
  },
  late: '过期之后',
  backOnSale: '商品重新开售',
  ofReference: '凭证 {reference}',
  people: { buyer: '买家', webhook: '支付服务商', nobody: '无：付款时限已过' },
  payAsk: '记为已付款…',
  payTells: '买家会看到订单已付款，不再欠款。请确认已收到 {total}。',
  paySure: '确认已付款',
  cancelAsk: '取消订单…',
  cancelTells: '买家立即失去此订单，商品重新开售。此后收到的付款须退还。',
  cancelSure: '确认取消',
  refundAsk: '记为已退款…',
  refundTells: '买家会看到订单已退款。Stampede 不转账：请先在银行或支付服务商处退还 {total}。',
  refundSure: '确认已退还 {total}',
};

export const orderTexts: Record<Language, OrderTexts> = { en, zh };
