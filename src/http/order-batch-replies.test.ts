/** What becomes of a batch by the replies that come, or do not: with parts of which the test decides each. */
import { beforeEach, expect, test } from 'bun:test';
import { type Code, type Command, code, type Reply, refusal } from '../../actors/protocol.ts';
import type { Resolve } from '../dispatch/lane.ts';
import { batchRoute, RequestMetrics } from '../metrics/request-metrics.ts';
import { tokenFor, tokens } from '../testing/engine-process.ts';
import { createApp } from './app.ts';
import type { AppParts } from './parts.ts';
import { failures } from './wire/messages.ts';

/** Items below this are this engine's own. */
const firstElsewhere = 100;

interface Posted {
  command: Command;
  answer(reply: Reply): void;
}

let posted: Posted[];
/** What the board says of every order. */
let onBoard: Code;
/** Resolves whoever waits until the board here is in step with an owner. */
let inStep: PromiseWithResolvers<boolean>;
let requests: RequestMetrics;
let shed: () => number;
/** So many commands find room in their lane. */
let room: number;
let app: ReturnType<typeof createApp>;

beforeEach(() => {
  posted = [];
  onBoard = code.ok;
  inStep = Promise.withResolvers();
  shed = () => 0;
  room = Number.POSITIVE_INFINITY;
  const routes = ['POST /api/orders', batchRoute, 'other'];
  requests = new RequestMetrics(new SharedArrayBuffer(RequestMetrics.bytes(1)), 0, routes);
  const parts = {
    ...{ metricsToken: null, requests, tokens },
    site: { allowedOrigins: [] as readonly string[] },
    ...{ partitions: 1_000, clock: Date.now, steadyClock: Date.now },
    shedding: { refusedFor: () => shed() },
    positions: {
      owns: (partition: number) => partition < firstElsewhere,
      boardAnswers: () => true,
    },
    board: {
      ...{ refusal: () => onBoard, outOfStockSince: () => 1, count: () => undefined },
      ...{ mayBeArchived: () => false, maybeBuyer: () => false },
    },
    tally: { add: () => undefined },
    inStep: { with: () => inStep.promise },
    post: (command: Command, resolve: Resolve, tag: number) => {
      if (--room < 0) resolve(refusal(code.tooBusy), tag);
      else posted.push({ command, answer: (reply) => resolve(reply, tag) });
    },
    ...{ mayIdle: () => undefined, logError: () => undefined },
  };
  // What a batch needs of an engine.
  app = createApp(parts as unknown as AppParts);
});

const order = (itemId: number, userId = 1, amount = 1) => ({
  token: tokenFor({ itemId, promoId: 7 }, userId),
  amount,
});

interface Body {
  data: { results: { http: number; data: { errCode?: number; orderId?: string } }[] };
}

async function send(orders: unknown): Promise<Response> {
  const headers = { host: '127.0.0.1', 'content-type': 'application/json' };
  const asked = { method: 'POST', headers, body: JSON.stringify({ orders }) };
  return app.fetch(new Request('http://127.0.0.1/api/orders/batch', asked));
}

/** By place: the error code, or the order's id. */
async function outcomes(answer: Promise<Response>): Promise<unknown[]> {
  const { data } = (await (await answer).json()) as Body; // The envelope of the API.
  return data.results.map((result) => result.data.errCode ?? result.data.orderId);
}

const turn = () => Bun.sleep(1);

function placedReply(n: number): Reply {
  const money = { amount: 1, unitPrice: 5, toRefund: 0 };
  const times = { createdAt: Date.UTC(2026, 10, 27), payBy: 0, paidAt: 0, closedAt: 0 };
  const view = { n, user: 1, promo: 7, status: 0 as const, ...money, ...times };
  return { ...refusal(code.ok), order: view };
}

test('results are in the order of the orders, whenever their replies come', async () => {
  const answer = outcomes(send([order(1), {}, order(2), order(3)]));
  await turn();
  expect(posted.map(({ command }) => command.item)).toEqual([1, 2, 3]);
  for (const n of [2, 0, 1]) posted[n]!.answer(placedReply(n + 1));
  expect(await answer).toEqual(['20261127-1-1', 10001, '20261127-2-2', '20261127-3-3']);
});

test('it is answered when the last reply has come, and not before', async () => {
  let isAnswered = false;
  const answer = send([order(1), order(2)]).then((response) => {
    isAnswered = true;
    return response;
  });
  await turn();
  posted[1]!.answer(placedReply(1));
  await turn();
  expect(isAnswered).toBe(false);
  posted[0]!.answer(placedReply(1));
  expect((await answer).status).toBe(200);
});

test('what an actor, its thread or its journal fails at is told of the orders that it befell', async () => {
  const answer = send([1, 2, 3, 4].map((item) => order(item)));
  await turn();
  const replies = [code.outcomeUnknown, code.journalUnavailable, code.tooBusy].map(refusal);
  for (const [n, reply] of [...replies, placedReply(9)].entries()) posted[n]!.answer(reply);
  const { data } = (await (await answer).json()) as Body; // The envelope of the API.
  const told = data.results.map((result) => [result.http, result.data.errCode]);
  expect(told).toEqual([
    [503, 10004],
    [503, 30002],
    [503, 30003],
    [201, undefined],
  ]);
});

test('where a lane is full, the orders that it has no room for are told so, and the others sold', async () => {
  room = 1;
  const answer = outcomes(send([order(1), order(1, 2), order(1, 3)]));
  await turn();
  posted[0]!.answer(placedReply(1));
  expect(await answer).toEqual(['20261127-1-1', 30003, 30003]);
  room = 0;
  expect(await outcomes(send([order(1), order(2)]))).toEqual([30003, 30003]);
});

test('of items of other engines only those are held up that the board here would refuse', async () => {
  onBoard = code.outOfStock;
  const answer = outcomes(send([order(1), order(firstElsewhere), order(firstElsewhere + 1)]));
  await turn();
  expect(posted).toEqual([]);
  inStep.resolve(true);
  expect(await answer).toEqual([30001, 30001, 30001]);
  onBoard = code.ok;
  const asked = outcomes(send([order(firstElsewhere)]));
  await turn();
  posted[0]!.answer(placedReply(1));
  expect(await asked).toEqual([`20261127-${firstElsewhere}-1`]);
});

test('where the owner does not say how far it is, it decides itself', async () => {
  onBoard = code.outOfStock;
  const answer = outcomes(send([order(firstElsewhere)]));
  inStep.resolve(false);
  await turn();
  posted[0]!.answer(placedReply(4));
  expect(await answer).toEqual([`20261127-${firstElsewhere}-4`]);
});

test('a thread that is too busy sends the whole batch away, unread, and says for how long', async () => {
  shed = () => 4;
  const answer = await send('not even a batch');
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '4']);
  const told = { errCode: 30003, errMsg: failures[30003].en };
  expect(await answer.json()).toEqual({ status: 'fail', data: told });
  expect(requests.noted('shed')).toBe(1);
  expect(counted()).toEqual({ [`${batchRoute} 503`]: 1, 'orders 503': 1, timed: 1 });
});

test('each order counts by its own status, and for the time of its batch', async () => {
  const answer = send([order(1), {}, order(2)]);
  await turn();
  posted[0]!.answer(placedReply(1));
  posted[1]!.answer({ ...placedReply(1), repeated: true });
  await answer;
  const orders = { 'orders 200': 1, 'orders 201': 1, 'orders 400': 1 };
  expect(counted()).toEqual({ [`${batchRoute} 200`]: 1, ...orders, timed: 3 });
});

test('a batch that fails by a fault of the engine counts by the answer that it got', async () => {
  shed = () => {
    throw new Error('planted');
  };
  expect((await send([order(1)])).status).toBe(500);
  expect(counted()).toEqual({ [`${batchRoute} 500`]: 1, 'orders 500': 1 });
});

function counted(): Record<string, number> {
  const rows = [...requests.requests()].map(
    ({ route, status, count }) => [`${route} ${status}`, count] as const,
  );
  const orders = [...requests.orders()].map(
    ({ status, count }) => [`orders ${status}`, count] as const,
  );
  const timed = requests.orderTimes().counts.reduce((sum, count) => sum + count);
  const all = [...rows, ...orders, ['timed', timed] as const];
  return Object.fromEntries(all.filter(([, count]) => count > 0));
}
