/** Who is an administrator: a client that sends ADMIN_TOKEN. */
import { timingSafeEqual } from 'node:crypto';
import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import { addressBlock } from '../../admission/rate-limits.ts';
import type { AppParts } from '../parts.ts';
import { failure } from '../wire/envelope.ts';
import { refusedByLimit } from './limit-answers.ts';

const bearer = /^Bearer ([\x21-\x7e]{1,512})$/i;

/** The token of an `Authorization: Bearer` header, or null. */
export function bearerToken(request: Request): string | null {
  return bearer.exec(request.headers.get('authorization') ?? '')?.[1] ?? null;
}

/** Who acts for the merchant in this request: what the journal says did it. */
export function actorName(_: Context): string {
  return 'admin';
}

/** Compares by hash, so that the time it takes reveals neither length nor content. */
export function tokenCheck(adminToken: string): (token: string) => boolean {
  const expected = Bun.SHA256.hash(adminToken);
  return (token) => timingSafeEqual(Bun.SHA256.hash(token), expected);
}

export function adminCheck(adminToken: string): (request: Request) => boolean {
  const isAdminToken = tokenCheck(adminToken);
  return (request) => {
    const token = bearerToken(request);
    return token !== null && isAdminToken(token);
  };
}

type Guarding = Pick<AppParts, 'adminToken' | 'limits' | 'addressOf' | 'requests'>;

/**
 * Lets only administrators through: 20003 without a token, 20006 with a wrong one, and 10003 after too many
 * of them. A right token passes before anything is counted, so that nobody's guesses lock the merchant
 * out; what keeps it from being guessed is its length.
 */
export function adminOnly(parts: Guarding) {
  const isAdmin = adminCheck(parts.adminToken);
  return createMiddleware(async (c, next) => {
    const request = c.req.raw;
    if (isAdmin(request)) return next();
    if (bearerToken(request) === null) return failure(request, 20003);
    return (await countWrongToken(parts, request)) ?? failure(request, 20006);
  });
}

/** Counts a wrong admin token against the address that sent it; 10003 where it has sent too many. */
export async function countWrongToken(
  { limits, addressOf, requests }: Guarding,
  request: Request,
): Promise<Response | null> {
  requests.note('wrongAdminTokens');
  const state = await limits.spend('adminTokenByAddress', addressBlock(addressOf(request)));
  return state.allowed ? null : refusedByLimit(request, state);
}
