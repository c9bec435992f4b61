/** Who may act for the merchant in a request: see `Keyring`. */
import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import { addressBlock } from '../../admission/rate-limits.ts';
import type { Operator } from '../../operators/keyring.ts';
import { adminScope, type Scope } from '../../operators/scopes.ts';
import type { AppParts } from '../parts.ts';
import { failure } from '../wire/envelope.ts';
import { refusedByLimit } from './limit-answers.ts';
import { noting } from './noting.ts';

declare module 'hono' {
  interface ContextVariableMap {
    /** Behind a guard that lets operators through, where it was one. */
    operator: Operator;
  }
}

const bearer = /^Bearer ([\x21-\x7e]{1,512})$/i;

/** The token of an `Authorization: Bearer` header, or null. */
export function bearerToken(request: Request): string | null {
  return bearer.exec(request.headers.get('authorization') ?? '')?.[1] ?? null;
}

/** Who acts for the merchant in this request: what the journal says did it. */
export function actorName(c: Context): string {
  return c.get('operator').by;
}

export type Guarding = Pick<
  AppParts,
  'keys' | 'actions' | 'clock' | 'limits' | 'addressOf' | 'requests'
>;

/**
 * Lets only administrators through: 20003 without a token, 20006 with a wrong one, and 10003 after too many
 * of them. A right token passes before anything is counted, so that nobody's guesses lock the merchant
 * out; what keeps it from being guessed is its length.
 */
export function adminOnly(parts: Guarding) {
  return operatorsOnly(parts, adminScope);
}

/** As `adminOnly`, for keys with a scope as well; a key without it is 20006, and no guess. */
export function operatorsOnly(parts: Guarding, scope: Scope | typeof adminScope) {
  return createMiddleware(async (c, next) => {
    const token = bearerToken(c.req.raw);
    if (token === null) return failure(c.req.raw, 20003);
    return throughAs(parts, c, { token, scope, next });
  });
}

interface Passing {
  token: string;
  scope: Scope | typeof adminScope;
  next(): Promise<void>;
}

/** Lets the request of a token through where it is good for something; notes what was changed. */
export async function throughAs(
  parts: Guarding,
  c: Context,
  { token, scope, next }: Passing,
): Promise<Response | undefined> {
  const request = c.req.raw;
  const operator = await parts.keys.find(token);
  if (operator === null) {
    return (await countWrongToken(parts, request)) ?? failure(request, 20006);
  }
  if (!operator.may(scope)) return failure(request, 20006);
  c.set('operator', operator);
  // To mint a purchase token changes nothing, and happens as often as people buy.
  await (scope === 'mint' ? next() : noting(parts, c, next));
}

/** Counts a wrong admin token against the address that sent it; 10003 where it has sent too many. */
export async function countWrongToken(
  { limits, addressOf, requests }: Pick<Guarding, 'limits' | 'addressOf' | 'requests'>,
  request: Request,
): Promise<Response | null> {
  requests.note('wrongAdminTokens');
  const state = await limits.spend('adminTokenByAddress', addressBlock(addressOf(request)));
  return state.allowed ? null : refusedByLimit(request, state);
}
