/** The page of webhooks, as a browser without scripts uses it, with an engine and a receiver. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import {
  type TemporaryFolder,
  temporaryFolder,
  waitUntil,
} from '../../../../../actors/testing/process.ts';
import {
  adminToken,
  mustSucceed,
  type Sale,
  startTestEngine,
  type TestEngine,
  tokenFor,
} from '../../../../testing/engine-process.ts';
import { WebhookReceiver } from '../../../../testing/webhook-receiver.ts';

setDefaultTimeout(240_000);

const folder: TemporaryFolder = temporaryFolder();
let receiver: WebhookReceiver;
let engine: TestEngine;
let cookie: string;
let sale: Sale;
let user = 0;

beforeAll(async () => {
  receiver = await WebhookReceiver.start();
  await start(receiver.env);
  sale = await engine.sale({ stock: 1_000 });
});

afterAll(async () => {
  await engine.stop();
  await receiver.stop();
  folder.remove();
});

async function start(env: Record<string, string>): Promise<void> {
  const rehearsal = { script: 'src/testing/rehearsal-engine.ts', args: ['patient-webhooks'] };
  engine = await startTestEngine({ dataDir: folder.path, ...rehearsal, env });
  const answer = await post('/admin/login', { token: adminToken });
  cookie = answer.headers.get('set-cookie')!.split(';')[0]!;
}

function post(path: string, fields: Record<string, string>) {
  const body = new URLSearchParams(fields);
  const headers = cookie === undefined ? {} : { cookie };
  return fetch(engine.url + path, { method: 'POST', body, redirect: 'manual', headers });
}

/** What the page says, without tags. */
async function page(query = '', language = 'en'): Promise<string> {
  const headers = { cookie, 'accept-language': language };
  const answer = await fetch(`${engine.url}/admin/webhooks${query}`, { headers });
  expect(answer.status).toBe(200);
  const [, main = ''] = /<main[^>]*>([\s\S]*)<\/main>/.exec(await answer.text()) ?? [];
  return main.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
}

const untilShown = (text: string, query = '') =>
  waitUntil(`${text} is shown`, async () => (await page(query)).includes(text));

async function place(): Promise<string> {
  return mustSucceed(await engine.place(tokenFor(sale, ++user))).orderId;
}

async function wish(what: string, fields: Record<string, string> = {}): Promise<string> {
  const answer = await post(`/admin/webhooks/${what}`, fields);
  expect(answer.status).toBe(303);
  const [, query = ''] = answer.headers.get('location')!.split('/admin/webhooks');
  return await page(query);
}

const timesSent = (orderId: string) =>
  receiver.requests.filter(({ data }) => data.orderId === orderId).length;

test('what was delivered is shown, and sent once more where the merchant wants it', async () => {
  const orderId = await place();
  await untilShown(orderId, '?show=delivered');
  const shown = await page('?show=delivered');
  expect(shown).toContain('✓ Going');
  expect(shown).toContain(new URL(receiver.env.WEBHOOK_URL!).host);
  expect(shown).toMatch(/order\.placed .* Send again/);
  const { id } = receiver.find('order.placed', orderId)!;
  expect(await wish('again', { event: id, show: 'delivered' })).toContain('It is sent again.');
  await waitUntil('it is sent again', () => timesSent(orderId) === 2);
  expect(new Set(receiver.requests.map((each) => each.id)).size).toBe(1);
  await untilShown('Delivered lately (1)');
});

test('what fails is shown with its answer, and tried at once where the merchant wants it', async () => {
  receiver.answering = () => ({ status: 422, body: 'who is customer 17?' });
  const [first, second] = [await place(), await place()];
  await untilShown('Failing (2)');
  expect(await page()).toContain('422 · who is customer 17?');
  expect(await page('', 'zh')).toContain('失败中（2）');
  receiver.answering = () => ({ status: 204 });
  expect([timesSent(first), timesSent(second)]).toEqual([1, 1]);
  const { id } = receiver.find('order.placed', first)!;
  await wish('again', { event: id });
  await untilShown('Failing (1)');
  expect([timesSent(first), timesSent(second)]).toEqual([2, 1]);
  expect(await wish('all')).toContain('tried again now');
  await untilShown('Failing (0)');
  expect(timesSent(second)).toBe(2);
});

test('a receiver that says 410 gets nothing until the merchant says go on, whatever restarts', async () => {
  receiver.answering = () => ({ status: 410, body: 'moved' });
  const first = await place();
  await untilShown('Stopped since');
  expect(await page()).toContain('Last answer: 410 moved');
  receiver.answering = () => ({ status: 204 });
  await engine.stop();
  await start(receiver.env);
  await untilShown('Stopped since');
  await waitUntil('the engine is degraded', async () => {
    return (await engine.api('GET', '/readyz')).data.degraded === true;
  });
  const second = await place();
  await wish('test');
  await waitUntil('the test is sent', () =>
    receiver.requests.some(({ type }) => type === 'webhook.test'),
  );
  expect([timesSent(first), timesSent(second)]).toEqual([1, 0]);
  expect(await wish('go-on')).toContain('Sending goes on.');
  await waitUntil('all are sent', () => timesSent(first) === 2 && timesSent(second) === 1);
  await untilShown('✓ Going');
});

test('another address is another receiver, which has not said 410', async () => {
  receiver.answering = () => ({ status: 410 });
  const orderId = await place();
  await untilShown('Stopped since');
  receiver.answering = () => ({ status: 204 });
  await engine.stop();
  await start({ ...receiver.env, WEBHOOK_URL: `${receiver.env.WEBHOOK_URL}/new` });
  await waitUntil('it is sent', () => timesSent(orderId) === 2);
});

test('forms that name nothing are refused, and an engine that tells nobody says so', async () => {
  expect((await post('/admin/webhooks/again', { event: 'evt_none' })).status).toBe(404);
  expect((await post('/admin/webhooks/everything', {})).status).toBe(404);
  const orderId = await place();
  await untilShown(orderId, '?show=delivered');
  await engine.stop();
  await start({});
  const shown = await page('?show=delivered');
  expect(shown).toContain('✗ Off No WEBHOOK_URL is set');
  expect(shown).toContain(orderId);
  expect(shown).not.toContain('Send again');
  expect((await post('/admin/webhooks/test', {})).status).toBe(409);
});
