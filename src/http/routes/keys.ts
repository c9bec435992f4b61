/** Keys of programs, and administrators by name. */
import { type Context, Hono } from 'hono';
import * as v from 'valibot';
import type { ApiKeyRow } from '../../db/api-keys.ts';
import { newKeySchema } from '../../operators/new-key.ts';
import { idField } from '../../shop/input.ts';
import { actorName, adminOnly } from '../guard/admin.ts';
import { once } from '../guard/idempotency.ts';
import type { AppParts } from '../parts.ts';
import { parseBody } from '../wire/body.ts';
import { failure, keptAnswer, success } from '../wire/envelope.ts';
import { timeText } from '../wire/time.ts';

const idSchema = idField(Number.MAX_SAFE_INTEGER);

export function keyRoutes(parts: AppParts) {
  const admin = adminOnly(parts);
  return new Hono()
    .get('/', admin, async () => {
      const rows = await parts.sql.apiKeys.list();
      return success({ keys: rows.map(keyData) });
    })
    .post('/', admin, (c) => make(parts, c))
    .delete('/:id', admin, (c) => revoke(parts, c, c.req.param('id')));
}

/** What is kept for a repeat says by which attempt the key was made, not the key. */
async function make(parts: AppParts, c: Context): Promise<Response> {
  const { keys } = parts;
  const { value, refused: unfit } = await parseBody(c.req.raw, newKeySchema);
  if (unfit !== null) return unfit;
  const answer = await once(parts, c, value, async (given) => {
    const attempt = given ?? Bun.randomUUIDv7();
    const { id } = await keys.make(value, actorName(c), attempt);
    return success({ id, attempt }, 201);
  });
  if (answer.status !== 201) return answer;
  // As it was made above.
  const { data } = (await answer.json()) as { data: { id: number; attempt: string } };
  const { id, attempt } = data;
  const shown = JSON.stringify({ status: 'success', data: { id, key: keys.textOf(attempt) } });
  return keptAnswer(201, shown, answer.headers.has('idempotency-replayed'));
}

async function revoke({ sql, clock }: AppParts, c: Context, text: string): Promise<Response> {
  const id = v.safeParse(idSchema, text);
  const row = id.success ? await sql.apiKeys.revoke(id.output, clock(), actorName(c)) : null;
  return row === null ? failure(c.req.raw, 10005) : success(null);
}

function keyData({ id, name, scopes, createdBy, revokedBy, ...times }: ApiKeyRow) {
  return {
    ...{ id, name, scopes, createdAt: timeText(times.createdAt), createdBy },
    lastUsedAt: times.lastUsedAt === null ? null : timeText(times.lastUsedAt),
    revokedAt: times.revokedAt === null ? null : timeText(times.revokedAt),
    revokedBy,
  };
}
