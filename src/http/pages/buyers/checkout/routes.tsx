/**
 * The page that plays a payment provider, where PAYMENTS=demo. Its form needs no script, and is sent to
 * the server, which then does what a provider's would.
 */
import { type Context, Hono } from 'hono';
import * as v from 'valibot';
import { orderStatus } from '../../../../../actors/protocol.ts';
import type { DemoProvider } from '../../../../payments/demo-provider.ts';
import { sameSiteOnly } from '../../../guard/who.ts';
import type { AppParts } from '../../../parts.ts';
import { formMax, valuesOf } from '../../../wire/form.ts';
import { refusalsForPeople } from '../../for-people.tsx';
import { pageHeaders } from '../../headers.ts';
import type { View } from '../../layout.tsx';
import { type Made, notFound, type PageMaker } from '../../page.tsx';
import { isOrderId, logInFirst, orderFor } from '../own-order.tsx';
import { CheckoutPage } from './checkout.tsx';

const sentSchema = v.object({
  choice: v.picklist(['pay', 'decline']),
  payment: v.pipe(v.string(), v.uuid()),
});

export function checkoutPages(parts: AppParts, page: PageMaker) {
  const shown = page((c, view) => show(parts, c, view));
  const sent = page((c, view) => answer(parts, c, view));
  return new Hono()
    .get('/:orderId', pageHeaders, shown)
    .post('/:orderId', refusalsForPeople(page), sameSiteOnly(parts), formMax, pageHeaders, sent);
}

async function show(parts: AppParts, c: Context, view: View): Promise<Made> {
  if (parts.demoProvider === null) return notFound(view);
  const id = c.req.param('orderId') ?? '';
  if (!isOrderId(id)) return notFound(view);
  if (view.visitor.userId === null) return logInFirst(c, view);
  const { shown, instead } = await orderFor(parts, view, id);
  if (instead !== null) return instead;
  return { page: <CheckoutPage view={view} shown={shown} payment={crypto.randomUUID()} /> };
}

async function answer(parts: AppParts, c: Context, view: View): Promise<Made> {
  const { demoProvider } = parts;
  if (demoProvider === null) return notFound(view);
  const id = c.req.param('orderId') ?? '';
  if (!isOrderId(id)) return notFound(view);
  if (view.visitor.userId === null) return logInFirst(c, view);
  const { shown, instead } = await orderFor(parts, view, id);
  if (instead !== null) return instead;
  const form = v.safeParse(sentSchema, await valuesOf(c));
  // Whoever sends something else than the form did is shown it again.
  if (!form.success) return c.redirect(`/demo/pay/${id}`, 303);
  const { choice, payment } = form.output;
  const { order } = shown;
  // A provider takes no money in a checkout that is over.
  if (choice === 'pay' && order.status === orderStatus.placed) {
    const told = await tell(parts, demoProvider, id, order.amount * order.unitPrice, payment);
    if (!told) {
      const page = <CheckoutPage view={view} shown={shown} payment={payment} unreached />;
      return { page, status: 503 };
    }
  }
  return c.redirect(`/orders/${id}`, 303);
}

/** False where the engine could not be told: the log says why, and the buyer may try again. */
async function tell(
  { logError }: Pick<AppParts, 'logError'>,
  provider: DemoProvider,
  id: string,
  totalMinor: number,
  payment: string,
): Promise<boolean> {
  try {
    await provider.pay(id, totalMinor, payment);
    return true;
  } catch (error) {
    logError('demo payment failed', { orderId: id, error: String(error) });
    return false;
  }
}
