/** The texts of a buyer's own order and its receipt, English and Chinese. `{…}` is filled in. */
import type { OrderStatusName } from '../../../../../actors/protocol.ts';
import type { Language } from '../../../wire/messages.ts';

const nextEn: Record<OrderStatusName, string> = {
  placed:
    'Pay by {time}: until then the units are held for you. Unpaid, the order ends by itself, and costs nothing.',
  paid: 'Paid: there is nothing left for you to do. The seller sends what you have bought.',
  cancelled: 'Cancelled: nothing is owed. Money that comes for it all the same goes back to you.',
  expired: 'Not paid in time: the units went back on sale, and nothing is owed.',
  refunded:
    'Refunded: the seller has given your money back. Your bank may take some days to show it.',
};

const en = {
  next: 'What happens next',
  nextOf: nextEn,
  times: 'Times',
  placedAt: 'Placed',
  payBy: 'To be paid by',
  paidAt: 'Paid',
  closedAt: 'Ended',
  refundedAt: 'Refunded',
  showReceipt: 'Receipt',
  receipt: 'Receipt',
  receiptLead: 'For order {id}',
  back: 'Back to the order',
  print: 'To print it, or to save it as a PDF, use your browser’s print command.',
  isRefunded: 'Refunded',
  item: 'Item',
  units: 'Units',
  unitPrice: 'Unit price',
  total: 'Total',
  orderNumber: 'Order number',
  reference: 'Payment reference',
};

export type OwnOrderTexts = typeof en;

const zh: OwnOrderTexts = {
  next: '接下来',
  nextOf: {
    placed: '请在 {time} 前付款，在此之前商品为您保留。逾期未付，订单自动结束，不产生费用。',
    paid: '已付款，您无需再做什么。卖家会寄出您购买的商品。',
    cancelled: '已取消，无需付款。仍然付来的款项会退还给您。',
    expired: '未按时付款，商品已重新开售，无需付款。',
    refunded: '卖家已退款。银行到账可能需要几天。',
  },
  times: '时间',
  placedAt: '下单时间',
  payBy: '付款截止',
  paidAt: '付款时间',
  closedAt: '结束时间',
  refundedAt: '退款时间',
  showReceipt: '收据',
  receipt: '收据',
  receiptLead: '订单 {id}',
  back: '返回订单',
  print: '可用浏览器的打印功能打印或存为 PDF。',
  isRefunded: '已退款',
  item: '商品',
  units: '数量',
  unitPrice: '单价',
  total: '合计',
  orderNumber: '订单号',
  reference: '付款凭证号',
};

export const ownOrderTexts: Record<Language, OwnOrderTexts> = { en, zh };
