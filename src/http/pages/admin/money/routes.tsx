/** What the administrator does about money. The services are those of the API. */
import { type Context, Hono } from 'hono';
import { code } from '../../../../../actors/protocol.ts';
import { SqlUnavailable } from '../../../../db/sql.ts';
import { OrderHistories } from '../../../../shop/orders/order-history.ts';
import { type Change, changeOrder } from '../../../../shop/payments/change-order.ts';
import { paymentSchema, refundSchema, settlementSchema } from '../../../../shop/payments/input.ts';
import { refundWork, settleRefund } from '../../../../shop/payments/refunds-due.ts';
import { readOrder } from '../../../../shop/read-order.ts';
import { actorName } from '../../../guard/admin.ts';
import { sameSiteOnly } from '../../../guard/who.ts';
import type { AppParts } from '../../../parts.ts';
import { formMax, type Values, valuesOf } from '../../../wire/form.ts';
import { type ErrorCode, failures } from '../../../wire/messages.ts';
import { ApologyPage } from '../../apology.tsx';
import type { View } from '../../layout.tsx';
import { type Made, notFound, type PageMaker } from '../../page.tsx';
import { submit } from '../forms/submit.ts';
import { here } from '../frame.tsx';
import { buyersOf } from '../orders/buyers.tsx';
import { moneyTexts } from './money-texts.ts';
import { OrderPage } from './order.tsx';
import { RefundsPageOf } from './refunds.tsx';

/** What went wrong, with the status of the answer. */
interface Trouble {
  text: string;
  status: (typeof failures)[ErrorCode]['status'];
}

export function moneyPages(parts: AppParts, page: PageMaker) {
  const sameSite = sameSiteOnly(parts);
  const histories = new OrderHistories(parts);
  const refunds = page((c, view) => listRefunds(parts, c, view, null));
  const settled = page((c, view) => settle(parts, c, view));
  const order = page((c, view) =>
    showOrder(parts, histories, view, c.req.param('orderId') ?? '', {
      done: c.req.query('done') !== undefined,
      trouble: null,
    }),
  );
  const changed = page((c, view) => change(parts, histories, c, view));
  return (
    new Hono()
      .get('/refunds', refunds)
      .get('/orders/:orderId', order)
      // A refused form has the address it was sent to.
      .get('/refunds/:refundId/settle', (c) => c.redirect('/admin/refunds', 303))
      .get('/orders/:orderId/:change', (c) =>
        c.redirect(`/admin/orders/${encodeURIComponent(c.req.param('orderId'))}`, 303),
      )
      .post('/refunds/:refundId/settle', sameSite, formMax, settled)
      .post('/orders/:orderId/:change', sameSite, formMax, changed)
  );
}

async function listRefunds(
  parts: AppParts,
  c: Context,
  view: View,
  trouble: Trouble | null,
): Promise<Made> {
  const own = moneyTexts[view.visitor.language];
  const { cursor = null, done } = c.req.query();
  const work = await refundWork(parts, trouble === null ? cursor : null);
  if (work === null) return c.redirect('/admin/refunds', 303);
  const shown = [...work.refunds, ...work.settled];
  const buyers = await buyersOf(
    parts,
    shown.flatMap(({ userId }) => userId ?? []),
  );
  const { items } = await parts.catalog.itemsOf([...new Set(shown.map(({ itemId }) => itemId))]);
  const titles = new Map(items.map(({ id, title }) => [id, title]));
  const good = done === undefined ? null : { text: own.settled, isError: false };
  const notice = trouble === null ? good : { text: trouble.text, isError: true };
  const made = (
    <RefundsPageOf
      view={here(view, '/admin/refunds')}
      {...{ work, buyers, titles }}
      isFirst={cursor === null}
      notice={notice}
    />
  );
  return { page: made, status: trouble?.status ?? 200 };
}

async function settle(parts: AppParts, c: Context, view: View): Promise<Made> {
  const form = { schema: settlementSchema, input: referenceIn(await valuesOf(c)) };
  const id = c.req.param('refundId') ?? '';
  const { refused } = await submit(parts, c, form, ({ reference = '' }) =>
    settleRefund(parts, id, { reference, by: actorName(c) }),
  );
  if (refused === null) return c.redirect('/admin/refunds?done=1', 303);
  return listRefunds(parts, c, view, troubleOf(view, refused.code));
}

async function showOrder(
  parts: AppParts,
  histories: OrderHistories,
  view: View,
  id: string,
  { done, trouble }: { done: boolean; trouble: Trouble | null },
): Promise<Made> {
  const { value, refused: why } = await readOrder(parts, id, 0);
  if (why === code.notFound) return notFound(view);
  if (why !== null)
    return { page: <ApologyPage view={view} reason={why} />, status: failures[why].status };
  const good = done ? { text: moneyTexts[view.visitor.language].done, isError: false } : null;
  const notice = trouble === null ? good : { text: trouble.text, isError: true };
  const { item: itemId, order } = value;
  const [names, buyers, history] = await Promise.all([
    namesOf(parts, itemId, order.promo),
    buyersOf(parts, [order.user]),
    histories.of(itemId, order),
  ]);
  const shown = { view: here(view, `/admin/orders/${id}`), itemId, order };
  return {
    page: <OrderPage {...{ ...shown, names, buyers, history, notice }} />,
    status: trouble?.status ?? 200,
  };
}

/** An order is known without SQL, and can be paid or cancelled; names may have to wait. */
async function namesOf({ catalog }: AppParts, itemId: number, promoId: number) {
  try {
    const item = await catalog.item(itemId);
    const promo = item?.promos.find(({ id }) => id === promoId);
    return { item: item?.title ?? null, promo: promo?.name ?? null };
  } catch (error) {
    if (error instanceof SqlUnavailable) return { item: null, promo: null };
    throw error;
  }
}

async function change(
  parts: AppParts,
  histories: OrderHistories,
  c: Context,
  view: View,
): Promise<Made> {
  const id = c.req.param('orderId') ?? '';
  const values = await valuesOf(c);
  const who = { user: 0, by: actorName(c) } as const;
  const act = async (what: Change) =>
    changeOrder({ send: parts.sendOfMoney, sql: parts.sql }, id, who, what);
  const input = { ...referenceIn(values), backOnSale: values.backOnSale === 'on' };
  const sent = async () => {
    switch (c.req.param('change')) {
      case 'pay':
        return submit(parts, c, { schema: paymentSchema, input }, (payment) =>
          act({ type: 'pay', ...payment }),
        );
      case 'cancel':
        return submit(parts, c, { schema: paymentSchema, input: {} }, () =>
          act({ type: 'cancel' }),
        );
      case 'refund':
        return submit(parts, c, { schema: refundSchema, input }, (refund) =>
          act({ type: 'refund', ...refund }),
        );
      default:
        return null;
    }
  };
  const answer = await sent();
  if (answer === null) return notFound(view);
  if (answer.refused === null) return c.redirect(`/admin/orders/${id}?done=1`, 303);
  const trouble = troubleOf(view, answer.refused.code);
  return showOrder(parts, histories, view, id, { done: false, trouble });
}

/** A field that was left empty names nothing. */
function referenceIn({ reference = '' }: Values): { reference?: string } {
  const text = reference.trim();
  return text === '' ? {} : { reference: text };
}

function troubleOf(view: View, reason: ErrorCode): Trouble {
  const { language } = view.visitor;
  const own = moneyTexts[language];
  const { status } = failures[reason];
  if (reason === 10001) return { text: own.wrongReference, status };
  if (reason === 10004) return { text: own.unknown, status };
  return { text: failures[reason][language], status };
}
