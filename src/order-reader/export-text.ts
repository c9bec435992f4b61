/** Exported orders as text: CSV for spreadsheets, or one line of JSON each. */
import { minorDigits } from '../currency.ts';
import { foundOrderData } from '../http/wire/found-order.ts';
import type { FoundOrder } from '../shop/orders/found-orders.ts';
import { byteOrderMark, csvLine } from './csv.ts';
import type { ExportFormat } from './messages.ts';

export interface ExportText {
  /** What comes before all orders. */
  readonly head: string;
  line(order: FoundOrder): string;
}

export function exportText(format: ExportFormat, currency: string): ExportText {
  return format === 'csv' ? csvText(currency) : { head: '', line: jsonLine };
}

function jsonLine(order: FoundOrder): string {
  return `${JSON.stringify(foundOrderData(order))}\n`;
}

/** Amounts are there twice: as people write them, and as the API has them, in minor units. */
function csvText(currency: string): ExportText {
  const digits = minorDigits(currency);
  const amount = (minor: number) => (minor / 10 ** digits).toFixed(digits);
  return {
    head: byteOrderMark + csvLine(columns),
    line(order) {
      const data = foundOrderData(order);
      const { unitPrice, total, toRefund } = data;
      // In the order of the columns.
      return csvLine([
        ...[data.orderId, data.itemId, order.itemTitle, data.promoId, order.promoName],
        ...[data.userId, data.amount, amount(unitPrice), amount(total), amount(toRefund), currency],
        ...[unitPrice, total, toRefund, data.status, data.createdAt, data.payBy, data.paidAt],
        ...[data.closedAt, data.refundedAt, data.reference],
      ]);
    },
  };
}

const columns = [
  ...['order_id', 'item_id', 'item', 'promo_id', 'promo'],
  ...['user_id', 'amount', 'unit_price', 'total', 'to_refund', 'currency'],
  ...['unit_price_minor', 'total_minor', 'to_refund_minor', 'status'],
  ...['created_at', 'pay_by', 'paid_at', 'closed_at', 'refunded_at', 'reference'],
];
