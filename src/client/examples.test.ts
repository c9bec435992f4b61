/** The examples in Node and in Python, run as their first lines show, against a real engine. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import {
  startProcess,
  type TemporaryFolder,
  type TestProcess,
  temporaryFolder,
  waitUntil,
} from '../../actors/testing/process.ts';
import { ownPath } from '../own-files.ts';
import { newWebhookSecret } from '../payments/webhook-secret.ts';
import {
  adminToken,
  mustSucceed,
  type Sale,
  startTestEngine,
  type TestEngine,
  tokenFor,
} from '../testing/engine-process.ts';
import { UnsteadyWay } from '../testing/unsteady-way.ts';
import { stampede } from './stampede/stampede.ts';

setDefaultTimeout(240_000);

const secret = newWebhookSecret();
const env = { STAMPEDE_KEY: adminToken, WEBHOOK_SECRET: secret, PYTHONDONTWRITEBYTECODE: '1' };

/** The same three programs. */
const languages = {
  Node: {
    command: 'node',
    buy: 'buy.mjs',
    receive: 'receive-webhooks.mjs',
    read: 'read-export.mjs',
  },
  Python: {
    command: 'python3',
    buy: 'buy.py',
    receive: 'receive_webhooks.py',
    read: 'read_export.py',
  },
};

let folder: TemporaryFolder;
let engine: TestEngine;
let way: UnsteadyWay;
let users = 100;

/** By item: where the engine's webhooks of it go on to. Others are taken. */
const receivers = new Map<number, string>();
const switchboard = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  fetch: async (request) => {
    const { headers } = request;
    const body = await request.text();
    const { data } = JSON.parse(body);
    const url = receivers.get(data.itemId);
    if (url === undefined) return new Response(null, { status: 204 });
    // A receiver that is away has not taken it.
    const answer = await fetch(url, { method: 'POST', headers, body }).catch(() => null);
    return new Response(null, { status: answer?.status ?? 502 });
  },
});

beforeAll(async () => {
  folder = temporaryFolder();
  engine = await startTestEngine({
    dataDir: folder.file('data'),
    env: {
      WEBHOOK_URL: `http://127.0.0.1:${switchboard.port}/`,
      WEBHOOK_SECRET: secret,
      LOG_LEVEL: 'error',
    },
  });
  way = new UnsteadyWay(engine.url);
});

afterAll(async () => {
  await way.stop();
  await engine.stop();
  await switchboard.stop(true);
  folder.remove();
});

/** Runs an example to its end, in a folder of its own language. */
async function run(command: string, example: string, ...args: string[]) {
  const cwd = folder.file(command);
  const child = Bun.spawn([command, ownPath(`src/client/examples/${example}`), ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const [output, errors, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { output, errors, code };
}

const refused = (errCode: number) =>
  Response.json(
    { status: 'fail', data: { errCode, errMsg: 'told by a test' } },
    { status: 503, headers: { 'retry-after': '0' } },
  );

describe.each(Object.entries(languages))('in %s', (_, { command, buy, receive, read }) => {
  let sale: Sale;

  beforeAll(async () => {
    await Bun.write(`${folder.file(command)}/.folder`, '');
    sale = await engine.sale({ stock: 20, promoPrice: 700, limitPerUser: 5 });
  });

  test('a purchase is one order, whatever is lost on the way and however often it is run', async () => {
    const bought = (checkout: string) =>
      run(command, buy, way.url, checkout, '42', `${sale.itemId}`, `${sale.promoId}`);
    way.next = ['lost', 'through', 'lost', refused(10004)];
    const first = await bought('c1');
    expect(first).toMatchObject({ code: 0 });
    const order = JSON.parse(first.output);
    expect(order).toMatchObject({ ...sale, amount: 1, total: 700 });
    const again = await bought('c1');
    expect([again.code, JSON.parse(again.output)]).toEqual([0, order]);
    const other = await bought('c2');
    expect(JSON.parse(other.output).orderId).not.toBe(order.orderId);
    mustSucceed(await engine.api('POST', `/api/promos/${sale.promoId}/pause`, {}));
    const paused = await bought('c3');
    expect([paused.code, paused.errors]).toEqual([1, 'refused: 30016 the sale is paused\n']);
    mustSucceed(await engine.api('POST', `/api/promos/${sale.promoId}/resume`, {}));
    // The token that was kept buys now.
    expect((await bought('c3')).code).toBe(0);
    expect(way.taken().filter(({ route }) => route === 'POST /api/admin/tokens')).toHaveLength(4);
  });

  test('an export is summed up, and one that breaks off is none', async () => {
    const { itemId } = sale;
    const { orders } = stampede({ url: engine.url, key: adminToken });
    const { orderId } = await orders.place({ token: tokenFor(sale, ++users), amount: 2 });
    await orders.pay(orderId);
    const inSql = async () =>
      (await Array.fromAsync(orders.list({ item: itemId, status: 'paid' }))).length;
    await waitUntil('SQL has it', async () => (await inSql()) === 1);
    const { code, output, errors } = await run(command, read, engine.url, `${itemId}`);
    expect([code, errors, JSON.parse(output)]).toEqual([
      0,
      '',
      {
        paid: { orders: 1, units: 2, money: 1_400 },
        placed: { orders: 3, units: 3, money: 2_100 },
      },
    ]);
    const [line] = await Array.fromAsync(orders.export({ item: itemId }));
    const breaking = createServer((_, response) => {
      response.write(`${JSON.stringify(line)}\n`, () => response.destroy());
    });
    await new Promise<void>((resolve) => breaking.listen(0, '127.0.0.1', resolve));
    const { port } = breaking.address() as AddressInfo; // It listens.
    const broken = await run(command, read, `http://127.0.0.1:${port}`, `${itemId}`);
    expect([broken.code, broken.output]).toEqual([1, '']);
    expect(broken.errors).toContain('not whole');
    breaking.close();
  });

  test('an event is counted once, however often it comes and whatever is killed', async () => {
    const counted = await engine.sale({ stock: 20, limitPerUser: 5 });
    const file = folder.file(`${command}/received`);
    let port = 0;
    let receiver: TestProcess;
    const start = async () => {
      const program = ownPath(`src/client/examples/${receive}`);
      receiver = startProcess({ command: [command, program, file, `${port}`], env });
      await waitUntil('it listens', () => /^listening on port \d+/.test(receiver.stdout()));
      port = Number(/^listening on port (\d+)/.exec(receiver.stdout())![1]);
      receivers.set(counted.itemId, `http://127.0.0.1:${port}/`);
    };
    const isTold = (units: number) =>
      waitUntil(`it has ${units}`, () => unitsOf(receiver) === units);
    const order = async (amount: number) => {
      const token = tokenFor(counted, ++users);
      const { orderId } = mustSucceed(await engine.place(token, amount));
      mustSucceed(await engine.api('POST', `/api/orders/${orderId}/pay`, {}));
      return orderId;
    };
    try {
      await start();
      const first = await order(2);
      await order(1);
      await isTold(3);
      mustSucceed(await engine.api('POST', `/api/orders/${first}/refund`, {}));
      await isTold(1);
      // Its receiver is away while it is paid.
      await receiver!.kill();
      await order(4);
      // What a crash has left of a line that was being written.
      if (command === 'node') appendFileSync(file, '{"id":"evt_half","type":"order.pa');
      await start();
      await isTold(5);

      const data = { orderId: first, itemId: counted.itemId, amount: 100 };
      const body = JSON.stringify({
        type: 'order.paid',
        timestamp: '2026-11-28T12:00:00.000Z',
        data,
      });
      const send = async (id: string, by = secret, at = new Date()) => {
        const headers = {
          'webhook-id': id,
          'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
          'webhook-signature': new Webhook(by).sign(id, at, body),
        };
        const response = await fetch(`http://127.0.0.1:${port}/`, {
          method: 'POST',
          headers,
          body,
        });
        return response.status;
      };
      expect(await Promise.all([1, 2, 3].map(() => send('evt_again')))).toEqual([204, 204, 204]);
      expect(await send('evt_forged', newWebhookSecret())).toBe(400);
      expect(await send('evt_old', secret, new Date(Date.now() - 301_000))).toBe(400);
      const huge = await fetch(`http://127.0.0.1:${port}/`, {
        method: 'POST',
        body: 'x'.repeat(70_000),
      });
      expect(huge.status).toBe(400);
      await isTold(105);
      await receiver!.kill();
      await start();
      expect(await send('evt_again')).toBe(204);
      expect(unitsOf(receiver!)).toBe(105);
    } finally {
      receivers.delete(counted.itemId);
      await receiver!.kill();
    }
  });
});

/** What a receiver said last. */
function unitsOf(receiver: TestProcess): number {
  const told = [...receiver.stdout().matchAll(/: (-?\d+) units are paid for$/gm)];
  return Number(told.at(-1)?.[1]);
}
