/**
 * Every route of the JSON API, for the reference, for metrics (which count by these paths) and for
 * the test that checks both against what is really served. Bodies are the very schemas that validate
 * them.
 */
import * as v from 'valibot';
import { deliverySchema as paymentDeliverySchema } from '../../payments/deliveries.ts';
import { newItemSchema } from '../../shop/create-item.ts';
import { itemChangesSchema } from '../../shop/edit-item.ts';
import { paymentSchema, refundSchema, settlementSchema } from '../../shop/payments/input.ts';
import {
  codeRequestSchema,
  logInSchema,
  newPasswordSchema,
  registrationSchema,
} from '../../shop/people/input.ts';
import { deliverySchema } from '../../shop/restock.ts';
import { captchaSchema } from '../routes/captchas.ts';
import { listSchema } from '../routes/items.ts';
import { batchSchema } from '../routes/order-batch.ts';
import { placeSchema } from '../routes/placing.ts';
import { leaveSchema } from '../routes/queue.ts';
import { admissionSchema } from '../routes/tokens.ts';
import type { ErrorCode } from '../wire/messages.ts';
import * as schema from './answer-schemas.ts';
import { describedOperatorRoutes } from './described-operator-routes.ts';
import { describedOrderRoutes } from './described-order-routes.ts';
import { describedPictureRoutes } from './described-picture-routes.ts';
import { describedPromoRoutes } from './described-promo-routes.ts';
import { actor, admin, body, type DescribedRoute } from './described-route.ts';
import * as example from './examples.ts';

export type { DescribedRoute } from './described-route.ts';

const empty = v.object({});
const place: readonly ErrorCode[] = [
  ...body,
  ...([30001, 30004, 30005, 30006, 30007, 30008, 30013, 30014, 30015, 30016] as const),
];
/** Why nobody can join a sale. */
const closed = [30001, 30004, 30005, 30013, 30016] as const;

const orders: readonly DescribedRoute[] = [
  {
    method: 'POST',
    path: '/api/orders',
    who: 'anyone',
    summary: 'Places an order with a purchase token. The same token again gets the same answer.',
    body: placeSchema,
    bodyExample: example.place,
    answers: {
      200: { data: schema.placed, example: example.placed },
      201: { data: schema.placed, example: example.placed },
    },
    codes: [...place, ...actor],
  },
  {
    method: 'POST',
    path: '/api/orders/batch',
    routed: '/api/orders/:batch',
    who: 'anyone',
    summary:
      'Places up to 256 orders at once. Each gets, in its place, the very envelope that POST /api/orders would have answered with, and `http`, its status. Only what is no such list, or too much, is refused as a whole. Sent again, all orders get the same answers.',
    body: batchSchema,
    bodyExample: example.batch,
    answers: { 200: { data: schema.batchResults, example: example.batchResults } },
    codes: [...body, 30003],
  },
  {
    method: 'GET',
    path: '/api/orders',
    who: 'user',
    summary: 'My orders, newest first, in pages.',
    query: { cursor: v.optional(v.string()) },
    answers: { 200: { data: schema.orders, example: { orders: [example.order], next: null } } },
    codes: [10001, 20003, ...actor],
  },
  {
    method: 'GET',
    path: '/api/orders/:orderId',
    who: 'user or key',
    scope: 'orders:read',
    summary: 'One order, as its actor knows it.',
    answers: { 200: { data: schema.order, example: example.order } },
    codes: [10003, 10005, 20003, ...actor],
  },
  {
    method: 'POST',
    path: '/api/orders/:orderId/pay',
    who: 'user or key',
    scope: 'orders:write',
    summary:
      'Pays a placed order; an expired one too, while its units are still left. Buyers may only with PAYMENTS=demo, and name no reference.',
    body: paymentSchema,
    bodyExample: { reference: example.delivery.reference },
    answers: { 200: { data: schema.order, example: example.paid } },
    codes: [...body, 10003, 10005, 20003, 20006, 30011, 30012, ...actor],
  },
  {
    method: 'POST',
    path: '/api/orders/:orderId/cancel',
    who: 'user or key',
    scope: 'orders:write',
    summary: 'Cancels a placed order; its units go back on sale.',
    body: empty,
    bodyExample: {},
    answers: { 200: { data: schema.order, example: example.cancelled } },
    codes: [...body, 10003, 10005, 20003, 20006, 30011, ...actor],
  },
];

const money: readonly DescribedRoute[] = [
  {
    method: 'POST',
    path: '/api/orders/:orderId/refund',
    who: 'key',
    scope: 'orders:write',
    summary:
      'Gives the money of a paid order back; with `backOnSale` its units can be bought again, else they leave the books. With the reference of a payment that is due back, it settles that.',
    body: refundSchema,
    bodyExample: { reference: 'refund_31', backOnSale: true },
    answers: { 200: { data: schema.order, example: example.refunded } },
    codes: [...body, 10005, ...admin, 30011, ...actor],
  },
  {
    method: 'POST',
    path: '/api/payments',
    who: 'provider',
    summary:
      'The payment webhook, signed as Standard Webhooks say with PAYMENT_WEBHOOK_SECRET. The same payment again gets the same answer; money that no order can take is a refund due.',
    body: paymentDeliverySchema,
    bodyExample: example.delivery,
    answers: { 200: { data: schema.delivered, example: example.paid } },
    codes: [...body, 10005, 20003, 30011, 30014, ...actor],
  },
  {
    method: 'GET',
    path: '/api/admin/refunds-due',
    who: 'key',
    scope: 'orders:write',
    summary: 'What must go back to buyers and is not settled, newest first, in pages.',
    query: { cursor: v.optional(v.string()) },
    answers: { 200: { data: schema.refundsDue, example: example.refundsDue } },
    codes: [10001, ...admin],
  },
  {
    method: 'POST',
    path: '/api/admin/refunds-due/:refundId/settle',
    who: 'key',
    scope: 'orders:write',
    summary: 'Notes that it has been paid back.',
    body: settlementSchema,
    bodyExample: example.settlement,
    answers: { 200: { data: schema.refundDue, example: example.settled } },
    codes: [...body, 10005, ...admin, ...actor],
  },
];

const shop: readonly DescribedRoute[] = [
  {
    method: 'GET',
    path: '/api/items',
    who: 'anyone',
    summary:
      'The items on sale, a page at a time: running sales first, best selling, or newest; all, or by `status` those whose sale is running or coming, those at their normal price, or those whose sale has ended.',
    query: listSchema.entries,
    answers: { 200: { data: schema.itemList, example: { items: [example.item], next: null } } },
    codes: [10001, 10003, 10004],
  },
  {
    method: 'GET',
    path: '/api/items/:id',
    who: 'anyone',
    summary: 'One item, with its stock and its latest promo.',
    answers: { 200: { data: schema.item, example: example.item } },
    codes: [10004, 10005],
  },
  {
    method: 'GET',
    path: '/api/items/:id/live',
    who: 'anyone',
    summary:
      'Server-sent events `stock`, `{left, held, sold, status, endAt}` at each change, at most ten a second, and fewer beside thousands of others. Where there are too many streams, ask for the item now and then.',
    answers: null,
    other: { type: 'text/event-stream', schema: { type: 'string' }, example: example.live },
    codes: [10003, 10005, 30003],
  },
  {
    method: 'POST',
    path: '/api/items',
    who: 'key',
    scope: 'items:write',
    summary: 'Creates an item and puts its first units on sale at the normal price.',
    body: newItemSchema,
    bodyExample: example.newItem,
    answers: { 201: { data: schema.item, example: example.item } },
    codes: [...body, ...admin, ...actor],
    once: true,
  },
  {
    method: 'POST',
    path: '/api/items/:id/restock',
    who: 'key',
    scope: 'items:write',
    summary: 'Adds units. With a `key`, the same request sent again adds nothing.',
    body: deliverySchema,
    bodyExample: { units: 100, key: 'delivery-2026-11-27' },
    answers: { 200: { data: schema.item, example: example.item } },
    codes: [...body, 10005, ...admin, 30011, 30014, ...actor],
    once: true,
  },
  {
    method: 'POST',
    path: '/api/items/:id/withdraw',
    who: 'key',
    scope: 'items:write',
    summary:
      'Takes units off sale that are left. With a `key`, the same request sent again takes none.',
    body: deliverySchema,
    bodyExample: { units: 12, key: 'damaged-2026-11-27' },
    answers: { 200: { data: schema.item, example: example.item } },
    codes: [...body, 10005, ...admin, 30001, 30014, ...actor],
    once: true,
  },
  {
    method: 'PATCH',
    path: '/api/items/:id',
    who: 'key',
    scope: 'items:write',
    summary:
      'Changes what is given of an item; its price and its sale at the normal price at once.',
    body: itemChangesSchema,
    bodyExample: example.itemChanges,
    answers: { 200: { data: schema.item, example: example.item } },
    codes: [...body, 10005, ...admin, ...actor],
  },
  ...describedPictureRoutes,
];

const people: readonly DescribedRoute[] = [
  {
    method: 'POST',
    path: '/api/otp',
    who: 'anyone',
    summary: 'Sends a one-time password to a telephone.',
    body: codeRequestSchema,
    bodyExample: { telephone: '+8613800000000' },
    answers: { 200: { data: schema.nothing, example: null } },
    codes: [...body, 10003, 10004, 20006, 30003],
  },
  {
    method: 'POST',
    path: '/api/users',
    who: 'anyone',
    summary: 'Registers a user.',
    body: registrationSchema,
    bodyExample: example.registration,
    answers: { 201: { data: schema.user, example: example.user } },
    codes: [...body, 10003, 10004, 20004, 20005, 20006, 30003],
  },
  {
    method: 'GET',
    path: '/api/users/me',
    who: 'user',
    summary: 'Who I am.',
    answers: { 200: { data: schema.user, example: example.user } },
    codes: [10004, 20001, 20003],
  },
  {
    method: 'DELETE',
    path: '/api/users/me',
    who: 'user',
    summary:
      'Erases the account, and ends its sessions everywhere. Its orders stay under the number alone. ' +
      'If the telephone registers again within 90 days it gets this number back, with its orders and limits.',
    answers: { 200: { data: schema.nothing, example: null } },
    codes: [10004, 20003, 20006],
  },
  {
    method: 'POST',
    path: '/api/sessions',
    who: 'anyone',
    summary:
      'Logs in, by password or by one-time password. The session lasts an hour from its last use, ' +
      'to within a minute, and twelve hours at most. Also sets the cookie `session`.',
    body: logInSchema,
    bodyExample: { telephone: '+8613800000000', password: 'a long and private phrase' },
    answers: { 201: { data: schema.session, example: example.session } },
    codes: [...body, 10003, 10004, 20001, 20002, 20005, 20006, 30003],
  },
  {
    method: 'GET',
    path: '/api/sessions',
    who: 'user',
    summary: 'Whose session this is, and when it ends unless it is used again. Asking uses it.',
    answers: { 200: { data: schema.ownSession, example: example.ownSession } },
    codes: [10004, 20003],
  },
  {
    method: 'DELETE',
    path: '/api/sessions',
    who: 'user',
    summary: 'Logs out.',
    answers: { 200: { data: schema.nothing, example: null } },
    codes: [10004, 20003, 20006],
  },
  {
    method: 'POST',
    path: '/api/passwords',
    who: 'anyone',
    summary: "Sets a new password, for whoever holds the telephone; ends all the user's sessions.",
    body: newPasswordSchema,
    bodyExample: example.newPassword,
    answers: { 200: { data: schema.nothing, example: null } },
    codes: [...body, 10003, 10004, 20001, 20005, 20006, 30003],
  },
  {
    method: 'POST',
    path: '/api/captchas',
    who: 'user',
    summary:
      'Draws a captcha for a promo, single use, five minutes: a proof of work, or a picture where the shop has chosen that.',
    body: captchaSchema,
    bodyExample: { promoId: 7 },
    answers: { 201: { data: schema.captcha, example: example.captcha } },
    codes: [...body, 10003, 10005, 20003, 20006, ...closed, ...actor],
  },
  {
    method: 'POST',
    path: '/api/items/:id/tokens',
    who: 'user',
    summary:
      'Joins, and asks where you stand. 201 with a purchase token when you are let in, and the same again until you have bought or the admission has lapsed; 202 while you wait in the queue or for the draw. ' +
      'The captcha is asked for at joining only.',
    body: admissionSchema,
    bodyExample: {
      promoId: 7,
      captchaId: example.captcha.captchaId,
      answer: example.captchaAnswer,
    },
    answers: {
      200: { data: schema.nowhere, example: { state: 'none' } },
      201: { data: schema.admitted, example: example.admitted },
      202: { data: schema.place, example: example.waiting },
    },
    codes: [...body, 10003, 10005, 20003, 20006, ...closed, 30006, 30009, 30010, 30015, ...actor],
  },
  {
    method: 'DELETE',
    path: '/api/items/:id/queue',
    who: 'user',
    summary:
      'Gives up the place in the queue or the draw of a promo, or an admission that is not spent.',
    body: leaveSchema,
    bodyExample: { promoId: 7 },
    answers: { 200: { data: schema.nothing, example: null } },
    codes: [...body, 10003, 10005, 20003, 20006, 30013, ...actor],
  },
];

export const describedRoutes: readonly DescribedRoute[] = [
  ...orders,
  ...money,
  ...describedOrderRoutes,
  ...shop,
  ...describedPromoRoutes,
  ...people,
  ...describedOperatorRoutes,
];

/** Keys of the routes that metrics count separately; the last stands for every other. */
export const countedRoutes: readonly string[] = [
  ...describedRoutes.map(({ method, path }) => `${method} ${path}`),
  'other',
];
