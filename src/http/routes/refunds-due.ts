/** What must go back to buyers, and what has gone. */
import { type Context, Hono } from 'hono';
import type { RefundDue } from '../../db/refunds-due.ts';
import { settlementSchema } from '../../shop/payments/input.ts';
import { refundsDuePage, settleRefund } from '../../shop/payments/refunds-due.ts';
import { actorName, operatorsOnly } from '../guard/admin.ts';
import type { AppParts } from '../parts.ts';
import { parseBody } from '../wire/body.ts';
import { invalid, refused, success } from '../wire/envelope.ts';
import { timeText } from '../wire/time.ts';

export function refundsDueRoutes(parts: AppParts) {
  const merchant = operatorsOnly(parts, 'orders:write');
  return new Hono()
    .get('/', merchant, (c) => list(parts, c.req.raw, c.req.query('cursor') ?? null))
    .post('/:refundId/settle', merchant, (c) => settle(parts, c));
}

async function list(parts: AppParts, request: Request, cursor: string | null): Promise<Response> {
  const page = await refundsDuePage(parts, cursor);
  if (page === null) return invalid(request, { cursor: 'must be the `next` of another page' });
  return success({ refundsDue: page.refunds.map(refundDueData), next: page.next });
}

async function settle(parts: AppParts, c: Context): Promise<Response> {
  const request = c.req.raw;
  const { value, refused: unfit } = await parseBody(request, settlementSchema);
  if (unfit !== null) return unfit;
  const { reference = '' } = value;
  const settled = await settleRefund(parts, c.req.param('refundId')!, {
    reference,
    by: actorName(c),
  });
  if (settled.refused !== null) return refused(request, settled.refused);
  return success(refundDueData(settled.value));
}

function refundDueData(row: RefundDue) {
  const { id, itemId, orderId, userId, amountMinor, reference, reason, at, settledAt } = row;
  return {
    ...{ id, itemId, orderId, userId, amount: amountMinor, reference, reason, at: timeText(at) },
    by: row.by,
    settledAt: settledAt === null ? null : timeText(settledAt),
    settledBy: row.settledBy,
    settledReference: row.settledReference,
  };
}
