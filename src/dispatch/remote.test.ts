import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import {
  boardCatchUpMsMax,
  forwardGatherMs,
  forwardRecordsMax,
  lastRepliesMs,
  mailboxRecords,
  redirectsMax,
} from '../../actors/limits.ts';
import { type Command, code, type Reply, refusal } from '../../actors/protocol.ts';
import { boardRow } from '../../actors/testing/board-row.ts';
import { type MemoryCourier, MemoryNetwork } from '../../actors/testing/memory-courier.ts';
import { waitUntil } from '../../actors/testing/process.ts';
import { type Answer, AnsweringEngine } from '../testing/answering-engine.ts';

const partitions = 4;
const item = 6;
const patienceMs = 10_000;
let network: MemoryNetwork;
let couriers: MemoryCourier[];
let here: AnsweringEngine;
let there: AnsweringEngine;
/** What the actor threads of each engine answer. */
let answers: { here: (command: Command) => Answer; there: (command: Command) => Answer };
let pumping: Timer;

beforeEach(() => {
  network = new MemoryNetwork();
  couriers = [];
  answers = { here: () => refusal(code.ok), there: about };
  here = engine('here', 2);
  there = engine('there', 3);
  here.board.write(item, boardRow({ loaded: 1, left: 1 }));
  here.dispatch.setOwners([here.owner, here.owner, there.owner, there.owner]);
  pumping = setInterval(() => network.deliver(), 1);
});

afterEach(() => {
  clearInterval(pumping);
  for (const each of [here, there]) each.stop();
});

function engine(id: 'here' | 'there', actorThreads: number): AnsweringEngine {
  const courier = () => {
    const made = network.courier();
    couriers.push(made);
    return made;
  };
  const answer = (command: Command) => answers[id](command);
  return new AnsweringEngine({ id, partitions, actorThreads, courier, answer });
}

/** Item 6 is in partition 2, which is there; item 5 in 1, which is here. */
const read = (n: number, of = item): Command => ({ type: 'read', item: of, n, user: 0 });

/** A reply that tells of its command. */
function about(command: Command): Reply {
  return { ...refusal(code.ok), about: command.type === 'read' ? command.n : -1 };
}

const turn = () => new Promise(setImmediate);
/** Sends the turn's message, also where it gathers for a while, and takes it off the network. */
async function intercept() {
  await Bun.sleep(5 * forwardGatherMs);
  return network.onTheWay.splice(0);
}

describe('a remote lane', () => {
  test('passes commands to the thread of their partition there, and their replies back', async () => {
    const replies = [1, 2, 3].map((n) => here.dispatch.send(read(n, 5 + n)));
    expect((await Promise.all(replies)).map((reply) => reply.about)).toEqual([1, 2, 0]);
    expect(there.taken.toSorted((a, b) => a.item - b.item)).toEqual([read(1, 6), read(2, 7)]);
    expect(here.taken).toEqual([read(3, 8)]);
    expect(here.dispatch.inFlight).toBe(0);
  });

  test('lets commands gather while more are on their way: until replies come, or for a moment', async () => {
    clearInterval(pumping);
    const first = Array.from({ length: 50 }, (_, n) => here.dispatch.send(read(n)));
    await turn();
    expect(network.onTheWay.length).toBe(1);
    const later = here.dispatch.send(read(77));
    await turn();
    expect(network.onTheWay.length).toBe(1);
    await Bun.sleep(5 * forwardGatherMs);
    expect(network.onTheWay.length).toBe(2);
    pumping = setInterval(() => network.deliver(), 1);
    expect((await later).about).toBe(77);
    expect(await Promise.all(first)).toHaveLength(50);
  });

  test('sends a turn in one message, and more than a message holds in several', async () => {
    clearInterval(pumping);
    for (let n = 1; n <= 50; n++) void here.dispatch.send(read(n));
    expect(network.onTheWay.length).toBe(0);
    expect((await intercept()).length).toBe(1);
    for (let n = 0; n <= forwardRecordsMax; n++) void here.dispatch.send(read(n));
    expect((await intercept()).length).toBe(2);
  });

  test('answers 30003 at once when too many are in flight, and takes commands again', async () => {
    there.isFrozen = true;
    const waiting = Array.from({ length: mailboxRecords }, (_, n) => here.dispatch.send(read(n)));
    expect((await here.dispatch.send(read(1))).code).toBe(code.tooBusy);
    expect(here.board.refused(item)).toEqual({ [code.tooBusy]: 1 });
    there.isFrozen = false;
    const abouts = (await Promise.all(waiting)).map((reply) => reply.about);
    expect(abouts).toEqual(Array.from({ length: mailboxRecords }, (_, n) => n));
    expect((await here.dispatch.send(read(9))).about).toBe(9);
  });

  test('ignores a reply that comes twice, or after its command was given up', async () => {
    clearInterval(pumping);
    const first = here.dispatch.send(read(1));
    await turn();
    await turn();
    network.deliver();
    there.work();
    const reply = await intercept();
    expect(reply.length).toBe(1);
    network.onTheWay.push(...reply, ...reply);
    network.deliver();
    expect((await first).about).toBe(1);
    // The slot of the first is the next to be used.
    const second = here.dispatch.send(read(2));
    network.onTheWay.push(...reply);
    network.deliver();
    expect(here.dispatch.inFlight).toBe(1);
    await turn();
    network.deliver();
    there.work();
    await turn();
    network.deliver();
    expect((await second).about).toBe(2);
  });

  test('does nothing twice when a message of commands comes twice', async () => {
    clearInterval(pumping);
    const reply = here.dispatch.send(read(1));
    const message = await intercept();
    network.onTheWay.push(...message, ...message);
    pumping = setInterval(() => network.deliver(), 1);
    expect((await reply).about).toBe(1);
    await Bun.sleep(20);
    expect(there.taken).toEqual([read(1)]);
  });

  test('answers 30002 where nobody is there to take a message: nothing in it was done', async () => {
    here.dispatch.setOwners(new Array(partitions).fill({ id: 'nowhere', actorThreads: 1 }));
    expect((await here.dispatch.send(read(1))).code).toBe(code.journalUnavailable);
    expect(here.board.refused(item)).toEqual({ [code.journalUnavailable]: 1 });
  });

  test('answers 30002 only for the message that nobody took, not for those that were taken before', async () => {
    there.isFrozen = true;
    const taken = here.dispatch.send(read(1));
    await waitUntil('the message has arrived', () => network.delivered > 0, patienceMs);
    network.deafen('stampede.inbox.there.2');
    expect((await here.dispatch.send(read(2))).code).toBe(code.journalUnavailable);
    expect(here.dispatch.inFlight).toBe(1);
    there.isFrozen = false;
    expect((await taken).about).toBe(1);
  });

  test('answers 30002 at once where no owner is known, or without a connection', async () => {
    here.dispatch.setOwners([here.owner, null, null, there.owner]);
    expect((await here.dispatch.send(read(1))).code).toBe(code.journalUnavailable);
    here.dispatch.setOwners(new Array(partitions).fill(there.owner));
    for (const courier of couriers) courier.isConnected = false;
    expect((await here.dispatch.send(read(1))).code).toBe(code.journalUnavailable);
    expect([here.dispatch.inFlight, there.taken.length]).toEqual([0, 0]);
  });

  test('answers 10004 for what was sent by a connection that is lost, and 30002 for what was not', async () => {
    answers.there = () => 'silence';
    const sent = here.dispatch.send(read(1));
    await turn();
    await turn();
    const unsent = here.dispatch.send(read(2));
    for (const courier of couriers) courier.isConnected = false;
    here.dispatch.courierLost();
    expect((await sent).code).toBe(code.outcomeUnknown);
    expect((await unsent).code).toBe(code.journalUnavailable);
    for (const courier of couriers) courier.isConnected = true;
    await waitUntil('the first has arrived', () => there.taken.length > 0, patienceMs);
    answers.there = about;
    expect((await here.dispatch.send(read(3))).about).toBe(3);
    expect(there.taken).toEqual([read(1), read(3)]);
  });

  test('answers 30002 for what the connection does not take at the end of the turn', async () => {
    const unsent = here.dispatch.send(read(1));
    for (const courier of couriers) courier.isConnected = false;
    expect((await unsent).code).toBe(code.journalUnavailable);
  });

  test('waits a moment for the last replies of an engine that owns nothing any more', async () => {
    there.isFrozen = true;
    const last = here.dispatch.send(read(1));
    await turn();
    await turn();
    here.dispatch.setOwners(new Array(partitions).fill(here.owner));
    there.isFrozen = false;
    expect((await last).about).toBe(1);
  });

  test(
    'answers 10004 for what an engine that is gone has not answered, and for nothing else',
    async () => {
      answers.there = () => 'silence';
      const lost = here.dispatch.send(read(1));
      const kept = here.dispatch.send(read(1, 7));
      await turn();
      await turn();
      const heir = { id: 'heir', actorThreads: 1 };
      here.dispatch.setOwners([here.owner, here.owner, heir, there.owner]);
      await Bun.sleep(lastRepliesMs + 1_000);
      expect(here.dispatch.inFlight).toBe(2);
      here.dispatch.setOwners([here.owner, here.owner, heir, heir]);
      expect((await lost).code).toBe(code.outcomeUnknown);
      expect((await kept).code).toBe(code.outcomeUnknown);
      expect(here.board.refused(item)).toEqual({ [code.outcomeUnknown]: 1 });
      // It comes back, as one that main had wrongly taken for gone.
      answers.there = about;
      here.dispatch.setOwners([here.owner, here.owner, there.owner, there.owner]);
      expect((await here.dispatch.send(read(2))).about).toBe(2);
    },
    patienceMs,
  );

  test('says once of damaged replies that it refuses them', async () => {
    const [, damaged] = [here.dispatch.send(read(1)), new Uint8Array(33)];
    await waitUntil('it is answered', () => here.dispatch.inFlight === 0, patienceMs);
    for (let time = 0; time < 2; time++)
      couriers[0]!.publish('stampede.replies.here.0.0.1', damaged);
    await waitUntil('it is said', () => here.reported.length > 0, patienceMs);
    expect(here.reported.length).toBe(1);
  });
});

describe('a command for a partition that is elsewhere', () => {
  test('is sent again from a thread of this engine to the owner that it names', async () => {
    here.dispatch.setOwners(new Array(partitions).fill(here.owner));
    answers.here = () => ({ owner: there.owner });
    expect((await here.dispatch.send(read(1))).about).toBe(1);
    expect([here.taken, there.taken]).toEqual([[read(1)], [read(1)]]);
    expect(here.dispatch.inFlight).toBe(0);
  });

  test('is sent again from another engine to this one', async () => {
    answers.there = () => ({ owner: here.owner });
    answers.here = about;
    expect((await here.dispatch.send(read(1))).about).toBe(1);
    expect([here.taken, there.taken]).toEqual([[read(1)], [read(1)]]);
  });

  test('keeps its tag on the way, whoever it was that answered', async () => {
    const told: number[] = [];
    const resolve = (reply: Reply, tag: number) => told.push(tag, reply.about);
    here.dispatch.setOwners(new Array(partitions).fill(here.owner));
    answers.here = () => ({ owner: there.owner });
    here.dispatch.post(read(1), resolve, 40);
    here.dispatch.post(read(2), resolve, 41);
    await waitUntil('both are told', () => told.length === 4, patienceMs);
    expect(told).toEqual([40, 1, 41, 2]);
  });

  test('is tried again where each of two engines names the other, until one has heard that it is its own', async () => {
    answers.there = () => ({ owner: here.owner });
    answers.here = () => ({ owner: there.owner });
    const reply = here.dispatch.send(read(1));
    await waitUntil('it was tried again', () => there.taken.length > 1, patienceMs);
    expect(here.dispatch.inFlight).toBe(1);
    answers.there = about;
    expect((await reply).about).toBe(1);
    expect([here.taken.length, here.dispatch.inFlight]).toEqual([1, 0]);
  });

  test('is answered with 30002 where nobody says for too long that it is its own', async () => {
    answers.there = () => ({ owner: here.owner });
    answers.here = () => ({ owner: there.owner });
    expect((await here.dispatch.send(read(1))).code).toBe(code.journalUnavailable);
    expect([here.taken.length, there.taken.length]).toEqual([1, redirectsMax]);
    expect(here.board.refused(item)).toEqual({ [code.journalUnavailable]: 1 });
  });

  test('goes where main says when nobody is named, unless it came from there', async () => {
    answers.there = () => ({ owner: null });
    expect((await here.dispatch.send(read(1))).code).toBe(code.journalUnavailable);
    answers.here = about;
    const reply = here.dispatch.send(read(2));
    here.dispatch.setOwners(new Array(partitions).fill(here.owner));
    expect((await reply).about).toBe(2);
    expect(there.taken.at(-1)).toEqual(read(2));
  });
});

describe('a reply to what a merchant did elsewhere', () => {
  const restock: Command = { type: 'restock', item, units: 1, key: 0 };

  test('is held until the board here shows it', async () => {
    there.positions.set(2, 'journalSeq', 7);
    let isTold = false;
    const reply = here.dispatch.send(restock).then(() => {
      isTold = true;
    });
    await waitUntil('it is carried out', () => there.taken.length > 0, patienceMs);
    here.positions.set(2, 'journalSeq', 6);
    await Bun.sleep(100);
    expect([isTold, here.dispatch.inFlight]).toEqual([false, 1]);
    here.positions.set(2, 'journalSeq', 7);
    await reply;
    expect(here.dispatch.inFlight).toBe(0);
  });

  test(
    'is not held for ever, nor is what a buyer asked',
    async () => {
      there.positions.set(2, 'journalSeq', 7);
      expect((await here.dispatch.send(read(1))).code).toBe(code.ok);
      expect((await here.dispatch.send(restock)).code).toBe(code.ok);
    },
    boardCatchUpMsMax + patienceMs,
  );
});
