/** Who is an administrator: a client that sends ADMIN_TOKEN. */
import { timingSafeEqual } from 'node:crypto';
import { createMiddleware } from 'hono/factory';
import { failure } from '../wire/envelope.ts';

const bearer = /^Bearer ([\x21-\x7e]{1,512})$/i;

/** The token of an `Authorization: Bearer` header, or null. */
export function bearerToken(request: Request): string | null {
  return bearer.exec(request.headers.get('authorization') ?? '')?.[1] ?? null;
}

/** Compares by hash, so that the time it takes reveals neither length nor content. */
export function adminTokenCheck(adminToken: string): (token: string) => boolean {
  const expected = Bun.SHA256.hash(adminToken);
  return (token) => timingSafeEqual(Bun.SHA256.hash(token), expected);
}

export function adminCheck(adminToken: string): (request: Request) => boolean {
  const isAdminToken = adminTokenCheck(adminToken);
  return (request) => {
    const token = bearerToken(request);
    return token !== null && isAdminToken(token);
  };
}

/** Lets only administrators through: 20003 without a token, 20006 with a wrong one. */
export function adminOnly(isAdmin: (request: Request) => boolean) {
  return createMiddleware(async (c, next) => {
    const request = c.req.raw;
    if (isAdmin(request)) return next();
    return failure(request, bearerToken(request) === null ? 20003 : 20006);
  });
}
