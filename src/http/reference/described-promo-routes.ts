/** The routes of promos: drafts, their publication, and what a merchant does with them then. */
import * as v from 'valibot';
import { extensionSchema } from '../../shop/control-promo.ts';
import { newPromoSchema, promoChangesSchema } from '../../shop/draft-promo.ts';
import * as schema from './answer-schemas.ts';
import { actor, admin, body, type DescribedRoute } from './described-route.ts';
import * as example from './examples.ts';

const empty = v.object({});

export const describedPromoRoutes: readonly DescribedRoute[] = [
  {
    method: 'POST',
    path: '/api/promos',
    who: 'key',
    scope: 'items:write',
    summary:
      'Drafts a sale of an item. What is allowed and may not be meant comes as warnings with it.',
    body: newPromoSchema,
    bodyExample: example.newPromo,
    answers: { 201: { data: schema.promoDraft, example: example.promoDraft } },
    codes: [...body, 10005, ...admin, 30002],
    once: true,
  },
  {
    method: 'PATCH',
    path: '/api/promos/:id',
    who: 'key',
    scope: 'items:write',
    summary: 'Changes what is given of a draft. A promo that was published is 30011.',
    body: promoChangesSchema,
    bodyExample: example.promoChanges,
    answers: { 200: { data: schema.promoDraft, example: example.promoDraft } },
    codes: [...body, 10005, ...admin, 30011],
  },
  {
    method: 'DELETE',
    path: '/api/promos/:id',
    who: 'key',
    scope: 'items:write',
    summary: 'Deletes a draft. A promo that was published is 30011.',
    answers: { 200: { data: schema.nothing, example: null } },
    codes: [10005, ...admin, 30011],
  },
  ...(
    [
      [
        'publish',
        "Makes a draft known to its item's actor; publishing again changes nothing. From then on the item is sold under its promos alone, until the last has ended. Published promos of an item may not overlap: 30011 names the other. A draw answers with its commitment.",
        [30005, 30011],
        example.promo,
      ],
      [
        'pause',
        'Stops a promo for a while: nobody is let in, nobody can order (30016). Orders that are placed can be paid.',
        [30005, 30011],
        { ...example.promo, status: 'paused' },
      ],
      [
        'resume',
        'Goes on with a promo that is paused. Whoever was let in has their whole time to order again.',
        [30005, 30011],
        { ...example.promo, status: 'running' },
      ],
      [
        'end',
        'Ends a promo that has begun, now. One that is over stays as it is.',
        [30004, 30005, 30011],
        { ...example.promo, status: 'ended' },
      ],
      [
        'withdraw',
        'Takes a promo back before its start.',
        [30005, 30011],
        { ...example.promo, status: 'withdrawn' },
      ],
    ] as const
  ).map(
    ([action, summary, codes, shown]): DescribedRoute => ({
      method: 'POST',
      path: `/api/promos/:id/${action}`,
      who: 'key',
      scope: 'items:write',
      summary,
      body: empty,
      bodyExample: {},
      answers: { 200: { data: schema.promo, example: shown } },
      codes: [...body, 10005, ...admin, ...codes, ...actor],
    }),
  ),
  {
    method: 'POST',
    path: '/api/promos/:id/extend',
    who: 'key',
    scope: 'items:write',
    summary:
      'Moves the end of a promo that is not over: later, or nearer, but not into the past. Where another promo is in the way, 30011 names it.',
    body: extensionSchema,
    bodyExample: { endAt: '2026-11-27T14:00:00Z' },
    answers: {
      200: { data: schema.promo, example: { ...example.promo, endAt: '2026-11-27T14:00:00.000Z' } },
    },
    codes: [...body, 10005, ...admin, 30005, 30011, ...actor],
  },
  {
    method: 'GET',
    path: '/api/promos/:id/draw',
    who: 'anyone',
    summary:
      "A promo's draw: the commitment before, and afterwards what anyone needs to recompute its order. Long where many took part; once drawn it never changes.",
    answers: { 200: { data: schema.draw, example: example.draw } },
    codes: [10003, 10004, 10005],
  },
];
