import { describe, expect, test } from 'bun:test';
import { Hono } from 'hono';
import { PasswordsBusy } from '../../../../accounts/passwords.ts';
import { SqlUnavailable } from '../../../../db/sql.ts';
import { deliverySchema } from '../../../../shop/restock.ts';
import { submit } from './submit.ts';

/** What becomes of a form whose service fails, and what is logged. */
async function failing(error: unknown) {
  const logged: unknown[] = [];
  const parts = { logError: (_: string, { path }: Record<string, unknown>) => logged.push(path) };
  const form = { schema: deliverySchema, input: { units: 1 } };
  const app = new Hono().post('/form', async (c) =>
    c.json(await submit(parts, c, form, () => Promise.reject(error))),
  );
  const answer = await app.request('/form', { method: 'POST' });
  return { status: answer.status, text: await answer.text(), logged };
}

describe('a form whose service fails', () => {
  test('is reported as the API reports it, and the reason is logged', async () => {
    for (const [error, code, logged] of [
      [new SqlUnavailable('away'), 10004, ['/form']],
      [new Error('broken'), 10002, ['/form']],
      [new PasswordsBusy(), 30003, []],
    ] as const) {
      const told = await failing(error);
      expect(JSON.parse(told.text)).toEqual({
        value: null,
        refused: { code, fields: [], about: 0 },
      });
      expect(told.logged).toEqual([...logged]);
    }
  });
});
