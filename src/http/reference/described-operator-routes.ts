/** The routes of operators: tokens, statements, health, and what the engine reports about itself. */
import * as v from 'valibot';
import { newKeySchema } from '../../operators/new-key.ts';
import { purchaseTokenSchema } from '../routes/operators.ts';
import * as schema from './answer-schemas.ts';
import { admin, body, type DescribedRoute } from './described-route.ts';
import { engines } from './engine-schemas.ts';
import * as example from './examples.ts';

const keys: readonly DescribedRoute[] = [
  {
    method: 'GET',
    path: '/api/admin/keys',
    who: 'admin',
    summary: 'Every key that was ever made, newest first, with its scopes and its last use.',
    answers: { 200: { data: schema.keys, example: example.keys } },
    codes: [...admin],
  },
  {
    method: 'POST',
    path: '/api/admin/keys',
    who: 'admin',
    summary:
      'Makes a key for a program, or with the scope `admin` for an administrator, who logs in with it. It is shown here alone: only its hash is kept. Where the request is repeated, the same key is shown again for 24 hours.',
    body: newKeySchema,
    bodyExample: example.newKey,
    answers: { 201: { data: schema.madeKey, example: example.madeKey } },
    codes: [...body, ...admin],
    once: true,
  },
  {
    method: 'DELETE',
    path: '/api/admin/keys/:id',
    who: 'admin',
    summary: 'Revokes a key, at once and at every engine.',
    answers: { 200: { data: schema.nothing, example: null } },
    codes: [10005, ...admin],
  },
  {
    method: 'GET',
    path: '/api/admin/actions',
    who: 'admin',
    summary:
      'Who did what: every change by an administrator or with a key, newest first, in pages. What has status 500 or above may not have been done.',
    query: { cursor: v.optional(v.string()) },
    answers: { 200: { data: schema.actions, example: example.actions } },
    codes: [10001, ...admin],
  },
];

export const describedOperatorRoutes: readonly DescribedRoute[] = [
  ...keys,
  {
    method: 'POST',
    path: '/api/admin/tokens',
    who: 'key',
    scope: 'mint',
    summary: 'Mints a purchase token, for merchants with their own log-in and admission.',
    body: purchaseTokenSchema,
    bodyExample: { userId: 42, itemId: 1, promoId: 7, ttlSeconds: 900 },
    answers: { 201: { data: schema.token, example: example.token } },
    codes: [...body, 10005, ...admin, 30005],
  },
  {
    method: 'GET',
    path: '/api/admin/statements',
    who: 'key',
    scope: 'orders:read',
    summary: "Every item's books, from its actor.",
    answers: { 200: { data: schema.statements, example: example.statements } },
    codes: [...admin],
  },
  {
    method: 'GET',
    path: '/api/admin/engines',
    who: 'metrics or key',
    scope: 'metrics',
    summary: 'The engines of the cluster, or the one that is alone, and which of them owns what.',
    answers: { 200: { data: engines, example: example.engines } },
    codes: [...admin],
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
    scope: 'metrics',
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
