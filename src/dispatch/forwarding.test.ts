/** Three engines on one real NATS server: what becomes of many commands, whoever owns what. */
import { afterEach, beforeEach, expect, test } from 'bun:test';
import { Courier } from '../../actors/cluster/courier.ts';
import type { Owner } from '../../actors/cluster/owners.ts';
import { mailboxRecords, replyTimeoutMs } from '../../actors/limits.ts';
import { type Command, code, type Reply, refusal } from '../../actors/protocol.ts';
import { type NatsServer, startNats } from '../../actors/testing/nats.ts';
import { waitUntil } from '../../actors/testing/process.ts';
import { type Answer, AnsweringEngine } from '../testing/answering-engine.ts';

const partitions = 8;
const patienceMs = 30_000;
const names = ['a', 'b', 'c'];
let server: NatsServer;
let engines: AnsweringEngine[];
let couriers: Courier[];
/** By partition, who owns it in truth: an actor thread elsewhere redirects to them. */
let truth: (Owner | null)[];

beforeEach(async () => {
  server = await startNats({ jetStream: false });
  couriers = [];
  engines = names.map(startAnswering);
  truth = Array.from({ length: partitions }, (_, p) => engines[p % engines.length]!.owner);
  await connected();
  for (const { dispatch } of engines) dispatch.setOwners(truth);
}, patienceMs);

afterEach(async () => {
  for (const each of engines) each.stop();
  for (const each of couriers) await each.close();
  await server.remove();
});

function startAnswering(id: string): AnsweringEngine {
  const courier = () => {
    const lost = () => engines.find(({ owner }) => owner.id === id)?.dispatch.courierLost();
    const made = new Courier({ url: server.url }, { name: id, report: () => undefined, lost });
    couriers.push(made);
    return made;
  };
  const answer = (command: Command): Answer => {
    const owner = truth[command.item % partitions]!;
    return owner?.id === id ? about(command) : { owner };
  };
  return new AnsweringEngine({ id, partitions, actorThreads: 2, courier, answer });
}

async function connected(): Promise<void> {
  const all = () => couriers.every((each) => each.isConnected);
  await waitUntil('all couriers are connected', all, patienceMs);
  // Their subscriptions reach the server before what is sent after this.
  await Bun.sleep(50);
}

const read = (n: number): Command => ({ type: 'read', item: 1 + (n % 1_000), n, user: 0 });
const about = (command: Command): Reply => {
  return { ...refusal(code.ok), about: command.type === 'read' ? command.n : -1 };
};

/** Sends as many commands from each engine in turn, some at a time, and counts the replies by code. */
async function send(from: readonly AnsweringEngine[], count: number, atOnce = 500) {
  const codes = new Map<number, number>();
  for (let first = 0; first < count; first += atOnce) {
    const numbers = Array.from({ length: Math.min(atOnce, count - first) }, (_, n) => first + n);
    const replies = numbers.map(async (n) => {
      const reply = await from[n % from.length]!.dispatch.send(read(n));
      if (reply.code === code.ok) expect(reply.about).toBe(n);
      codes.set(reply.code, (codes.get(reply.code) ?? 0) + 1);
    });
    await Promise.all(replies);
  }
  return Object.fromEntries(codes);
}

const taken = () =>
  engines.flatMap((each) => each.taken.map((command) => 'n' in command && command.n));

test('every command reaches its owner once, and every reply its own caller', async () => {
  expect(await send(engines, 10_000)).toEqual({ [code.ok]: 10_000 });
  expect(taken().length).toBe(10_000);
  expect(new Set(taken()).size).toBe(10_000);
  expect(engines.map(({ dispatch }) => dispatch.inFlight)).toEqual([0, 0, 0]);
}, 240_000);

test('commands that go to the wrong engine are carried out by the right one', async () => {
  const [a, b, c] = engines.map(({ owner }) => owner);
  // Everybody is wrong about everything: a takes all for c's, b for its own, c for a's.
  for (const [index, owner] of [c!, b!, a!].entries()) {
    engines[index]!.dispatch.setOwners(new Array(partitions).fill(owner));
  }
  expect(await send(engines, 3_000)).toEqual({ [code.ok]: 3_000 });
  const own = (engine: AnsweringEngine) =>
    engine.taken.filter(({ item }) => truth[item % partitions] === engine.owner).length;
  expect(engines.map(own).reduce((sum, each) => sum + each)).toBe(3_000);
}, 240_000);

test('where nobody owns a partition, nothing is done and the answer says so', async () => {
  truth = new Array(partitions).fill(null);
  expect(await send(engines, 300)).toEqual({ [code.journalUnavailable]: 300 });
}, 240_000);

test(
  'an owner that dies leaves unknown outcomes, and then what is sent to it is not done',
  async () => {
    const [asking, dying] = engines;
    asking!.dispatch.setOwners(new Array(partitions).fill(dying!.owner));
    dying!.isFrozen = true;
    const lost = send([asking!], 100);
    await waitUntil('it was sent', () => asking!.dispatch.inFlight === 100, patienceMs);
    await Bun.sleep(100);
    // Its threads' connections end with it; those of its inboxes come after that of its dispatch.
    for (const each of couriers.slice(3, 6)) await each.close();
    dying!.stop();
    // What is sent before the server has noticed goes with them.
    const isGone = async (n: number) =>
      (await asking!.dispatch.send(read(n))).code === code.journalUnavailable;
    const areGone = async () => (await isGone(0)) && (await isGone(1));
    await waitUntil('the server has noticed both', areGone, patienceMs);
    expect(await send([asking!], 100)).toEqual({ [code.journalUnavailable]: 100 });
    asking!.dispatch.setOwners(new Array(partitions).fill(asking!.owner));
    truth = new Array(partitions).fill(asking!.owner);
    expect(await send([asking!], 100)).toEqual({ [code.ok]: 100 });
    expect(await lost).toEqual({ [code.outcomeUnknown]: 100 });
    expect(asking!.dispatch.inFlight).toBe(0);
  },
  2 * replyTimeoutMs + 60_000,
);

test('more than a lane holds are refused at once, and the rest are answered when the owner goes on', async () => {
  const [asking, slow] = engines;
  truth = new Array(partitions).fill(slow!.owner);
  asking!.dispatch.setOwners(truth);
  slow!.isFrozen = true;
  const extra = 1_000;
  const all = send([asking!], 2 * mailboxRecords + extra, 2 * mailboxRecords + extra);
  const full = () => asking!.dispatch.inFlight === 2 * mailboxRecords;
  await waitUntil('both lanes are full', full, patienceMs);
  slow!.isFrozen = false;
  const answered = await all;
  expect(answered[code.ok]! + answered[code.tooBusy]!).toBe(2 * mailboxRecords + extra);
  expect(answered[code.tooBusy]).toBeGreaterThanOrEqual(extra);
  expect(slow!.taken.length).toBe(answered[code.ok]!);
}, 240_000);

test('a server that dies leaves unknown outcomes, and all goes on when it is back', async () => {
  const [asking, other] = engines;
  asking!.dispatch.setOwners(new Array(partitions).fill(other!.owner));
  truth = new Array(partitions).fill(other!.owner);
  other!.isFrozen = true;
  const lost = send([asking!], 100);
  await waitUntil('it was sent', () => asking!.dispatch.inFlight === 100, patienceMs);
  await Bun.sleep(100);
  await server.kill();
  expect(await lost).toEqual({ [code.outcomeUnknown]: 100 });
  expect(await send([asking!], 100)).toEqual({ [code.journalUnavailable]: 100 });
  other!.isFrozen = false;
  await server.start();
  await connected();
  expect(await send([asking!], 100)).toEqual({ [code.ok]: 100 });
}, 240_000);
