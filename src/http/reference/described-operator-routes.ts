/** The routes of operators: tokens, statements, health, and what the engine reports about itself. */
import { purchaseTokenSchema } from '../routes/operators.ts';
import * as schema from './answer-schemas.ts';
import { admin, body, type DescribedRoute } from './described-route.ts';
import { engines } from './engine-schemas.ts';
import * as example from './examples.ts';

export const describedOperatorRoutes: readonly DescribedRoute[] = [
  {
    method: 'POST',
    path: '/api/admin/tokens',
    who: 'admin',
    summary: 'Mints a purchase token, for merchants with their own log-in and admission.',
    body: purchaseTokenSchema,
    bodyExample: { userId: 42, itemId: 1, promoId: 7, ttlSeconds: 900 },
    answers: { 201: { data: schema.token, example: example.token } },
    codes: [...body, 10004, 10005, ...admin, 30005],
  },
  {
    method: 'GET',
    path: '/api/admin/statements',
    who: 'admin',
    summary: "Every item's books, from its actor.",
    answers: { 200: { data: schema.statements, example: example.statements } },
    codes: [10004, ...admin],
  },
  {
    method: 'GET',
    path: '/api/admin/engines',
    who: 'metrics or admin',
    summary: 'The engines of the cluster, or the one that is alone, and which of them owns what.',
    answers: { 200: { data: engines, example: example.engines } },
    codes: [10004, ...admin],
  },
  {
    method: 'GET',
    path: '/api/time',
    who: 'anyone',
    summary: "The engine's clock, by which sales begin and end.",
    answers: { 200: { data: schema.engineTime, example: { now: example.order.createdAt } } },
    codes: [],
  },
  {
    method: 'GET',
    path: '/healthz',
    who: 'anyone',
    summary: 'Alive.',
    answers: { 200: { data: schema.alive, example: { alive: true } } },
    codes: [],
  },
  {
    method: 'GET',
    path: '/readyz',
    who: 'anyone',
    summary: 'Ready for traffic; 503 with the reasons when not.',
    answers: {
      200: { data: schema.ready, example: example.ready },
      503: { data: schema.notReady, example: example.notReady },
    },
    codes: [],
  },
  {
    method: 'GET',
    path: '/metrics',
    who: 'metrics',
    summary: 'Metrics of all threads, in the Prometheus text form.',
    answers: null,
    other: { type: 'text/plain', schema: { type: 'string' }, example: example.metrics },
    codes: [...admin],
  },
  {
    method: 'GET',
    path: '/openapi.json',
    who: 'anyone',
    summary: 'This reference, as an OpenAPI 3.1 document.',
    answers: null,
    other: { type: 'application/json', schema: { type: 'object' }, example: { openapi: '3.1.0' } },
    codes: [],
  },
];
