import { describe, expect, test } from 'bun:test';
import { Hono } from 'hono';
import { KeptAnswers } from '../../store/kept-answers.ts';
import { StoreUnavailable } from '../../store/store.ts';
import { success } from '../wire/envelope.ts';
import { once } from './idempotency.ts';

/** A store in which every key is taken, or none can be reached. */
const storeThat = (setIfAbsent: () => Promise<boolean>) => ({
  get: async () => null,
  keep: async () => undefined,
  deleteIf: async () => true,
  setIfAbsent,
});

async function ask(setIfAbsent: () => Promise<boolean>, headers: Record<string, string>) {
  let worked = 0;
  const answers = new KeptAnswers(storeThat(setIfAbsent), 0);
  const app = new Hono().post('/', (c) => {
    c.set('operator', { by: 'admin', keyId: 0, may: () => true });
    return once({ answers }, c, { units: 1 }, async () => {
      worked++;
      return success(null, 201);
    });
  });
  const response = await app.request('/', { method: 'POST', headers });
  const { data } = (await response.json()) as { data: { errCode: number } | null }; // Our envelope.
  const retryAfter = response.headers.get('retry-after');
  return { status: response.status, errCode: data?.errCode ?? null, retryAfter, worked };
}

const away = async () => {
  throw new StoreUnavailable('away');
};
const taken = async () => false;
const headers = { 'idempotency-key': 'van-7' };

describe('a request with an idempotency key', () => {
  test('is not carried out while the store is away: 30003, and nothing is done', async () => {
    const refused = { status: 503, errCode: 30003, retryAfter: '1', worked: 0 };
    expect(await ask(away, headers)).toEqual(refused);
  });

  test('is told to come again where its twin has not ended: 10004', async () => {
    const told = { status: 503, errCode: 10004, retryAfter: '1', worked: 0 };
    expect(await ask(taken, headers)).toEqual(told);
  });

  test('needs the store, and one without does not', async () => {
    for (const store of [away, taken]) {
      expect(await ask(store, {})).toEqual({
        ...{ status: 201, errCode: null, retryAfter: null, worked: 1 },
      });
    }
  });
});
