import { afterEach, expect, test } from 'bun:test';
import { type NatsServer, startNats } from '../testing/nats.ts';
import { startNatsCluster } from '../testing/nats-cluster.ts';
import { waitUntil } from '../testing/process.ts';
import { Courier, type Letter } from './courier.ts';

const patienceMs = 30_000;
const ends: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function startServer(...options: Parameters<typeof startNats>): Promise<NatsServer> {
  const server = await startNats(...options);
  ends.push(server.remove);
  return server;
}

/** A courier, with what it reports and how often it lost a connection. */
function open(url: string) {
  const reported: string[] = [];
  let losses = 0;
  const courier = new Courier(
    { url },
    { name: 'test', report: (state) => reported.push(state), lost: () => losses++ },
  );
  ends.push(() => courier.close());
  return { courier, reported, losses: () => losses };
}

const connected = (...couriers: Courier[]) =>
  waitUntil('it is connected', () => couriers.every((each) => each.isConnected), patienceMs);

/** Sends until a message has arrived: the servers need a moment to tell each other who listens. */
async function arrives(from: Courier, subject: string, heard: readonly Letter[]): Promise<void> {
  const before = heard.length;
  const bytes = Buffer.from('a word');
  const sent = () => from.publish(subject, bytes) && heard.length > before;
  await waitUntil('a message arrives', sent, patienceMs);
}

test('carries messages where it can, and keeps none for later', async () => {
  const server = await startServer({ jetStream: false });
  await server.stop();
  const [one, other] = [open(server.url), open(server.url)];
  const heard: Letter[] = [];
  other.courier.subscribe('to.other.>', (letter) => heard.push(letter));
  expect(one.courier.publish('to.other.early', Buffer.from('lost'))).toBe(false);
  await waitUntil('it says why', () => one.reported.length > 0, patienceMs);
  await server.start();
  await connected(one.courier, other.courier);
  await arrives(one.courier, 'to.other.1', heard);
  expect(heard[0]).toMatchObject({ subject: 'to.other.1', replySubject: '', isUndelivered: false });
  expect(Buffer.from(heard[0]!.bytes).toString()).toBe('a word');
  expect(heard.some(({ subject }) => subject === 'to.other.early')).toBe(false);
}, 240_000);

test('tells of a message that nobody takes, and by which subject it was sent', async () => {
  const server = await startServer({ jetStream: false });
  const { courier } = open(server.url);
  const heard: Letter[] = [];
  courier.subscribe('replies.>', (letter) => heard.push(letter));
  await connected(courier);
  expect(courier.publish('to.nobody', Buffer.from('a word'), 'replies.7')).toBe(true);
  await waitUntil('it is told', () => heard.length > 0, patienceMs);
  expect(heard[0]).toMatchObject({ subject: 'replies.7', isUndelivered: true });
}, 240_000);

test('comes back to a server that died, hears what it heard before, and tells of the loss', async () => {
  const server = await startServer({ jetStream: false });
  const { courier, losses } = open(server.url);
  const heard: Letter[] = [];
  courier.subscribe('word', (letter) => heard.push(letter));
  await connected(courier);
  await arrives(courier, 'word', heard);
  await server.kill();
  await waitUntil('the loss is known', () => losses() === 1, patienceMs);
  expect([courier.isConnected, courier.publish('word', Buffer.from(''))]).toEqual([false, false]);
  await server.start();
  await connected(courier);
  await arrives(courier, 'word', heard);
  expect(losses()).toBe(1);
}, 240_000);

test('closes once the server has its last messages', async () => {
  const server = await startServer({ jetStream: false });
  const [one, other] = [open(server.url), open(server.url)];
  const heard: Letter[] = [];
  other.courier.subscribe('word', (letter) => heard.push(letter));
  await connected(one.courier, other.courier);
  await arrives(one.courier, 'word', heard);
  const large = () => heard.filter(({ bytes }) => bytes.length === 10_000).length;
  for (let n = 0; n < 100; n++) one.courier.publish('word', new Uint8Array(10_000));
  await one.courier.close();
  await waitUntil('all arrive', () => large() === 100, patienceMs);
  expect([one.losses(), one.courier.publish('word', Buffer.from(''))]).toEqual([0, false]);
}, 240_000);

test('follows the server that main has chosen, and loses nothing by it', async () => {
  const cluster = await startNatsCluster();
  ends.push(cluster.remove);
  await cluster.untilWhole();
  const [first, second] = cluster.nodes;
  const { courier, reported, losses } = open(cluster.url);
  const listener = open(first!.url);
  const heard: Letter[] = [];
  courier.subscribe('to.mover', (letter) => heard.push(letter));
  await connected(courier, listener.courier);
  courier.moveTo(first!.url);
  await arrives(listener.courier, 'to.mover', heard);
  courier.moveTo(second!.url);
  const moved = () => reported.some((state) => state === `left ${first!.url} for ${second!.url}`);
  await waitUntil('it has moved', moved, patienceMs);
  await arrives(listener.courier, 'to.mover', heard);
  await Bun.sleep(1_000);
  expect([losses(), courier.isConnected]).toEqual([0, true]);
  // Where the chosen server dies, any other will do until it is back.
  await second!.kill();
  await waitUntil('the loss is known', () => losses() === 1, patienceMs);
  await connected(courier);
  await arrives(listener.courier, 'to.mover', heard);
}, 240_000);

test('says what the server does not allow', async () => {
  const user = `{ user: "u", password: "p", permissions: { publish: ["a"], subscribe: ["a"] } }`;
  const server = await startServer({
    jetStream: false,
    lines: [`authorization { users: [ ${user} ] }`],
  });
  const { courier, reported } = open(server.url.replace('//', '//u:p@'));
  courier.subscribe('replies.>', () => undefined);
  await connected(courier);
  for (let time = 0; time < 3; time++) courier.publish('inbox', Buffer.from(''));
  await waitUntil('both are said', () => reported.length === 2, patienceMs);
  expect(reported.join()).toContain('we may not subscribe to replies.>');
  expect(reported.join()).toContain('we may not publish to inbox');
}, 240_000);
