import { beforeEach, describe, expect, test } from 'bun:test';
import { forwardRecordsMax, inboxRecordsMax, inboxSendersMax } from '../limits.ts';
import { requestAt } from '../memory/record.ts';
import { isRedirect, readRedirect, readReply, replyLengthAt } from '../memory/reply-record.ts';
import { type Command, code, type Reply, refusal } from '../protocol.ts';
import { type MemoryCourier, MemoryNetwork } from '../testing/memory-courier.ts';
import { Inbox } from './inbox.ts';
import type { Owner } from './owners.ts';
import { CommandsToSend, inboxSubject, receivedReplies } from './wire.ts';

type Answer = { request: number; reply: Reply } | { request: number; owner: Owner | null };

const httpThreads = 2;
const own = inboxSubject('here', 1);
let network: MemoryNetwork;
let courier: MemoryCourier;
let inbox: Inbox;
let submitted: { mailbox: number; request: number; command: Command }[];
let reported: string[];
let rings: number;
let journalSeq: number;

beforeEach(() => {
  network = new MemoryNetwork();
  courier = network.courier();
  [submitted, reported, rings, journalSeq] = [[], [], 0, 0];
  inbox = new Inbox({
    ...{ courier, engine: 'here', thread: 1, actorThreads: 2, partitions: 4, httpThreads },
    positions: { get: () => journalSeq, countForwarded: () => undefined },
    bell: { ring: () => rings++ },
    submit: (mailbox, request, command) => submitted.push({ mailbox, request, command }),
    report: (what) => reported.push(what),
  });
});

const read = (n: number, item = 1): Command => ({ type: 'read', item, n, user: 0 });

/** A lane of an HTTP thread in another engine. */
function sender(name: string) {
  const out = new CommandsToSend();
  let number = 0;
  let messages = 0;
  const answers: Answer[] = [];
  const reached = new Map<number, number>();
  network.subscribe(`replies.${name}`, ({ bytes }) => {
    const message = receivedReplies(bytes)!;
    const { words } = message;
    messages++;
    for (const [partition, sequence] of message.reached) reached.set(partition, sequence);
    for (let at = message.first; at < words.length; at += replyLengthAt(words, at)) {
      const request = requestAt(words, at);
      if (isRedirect(words, at)) answers.push({ request, owner: readRedirect(words, at) });
      else answers.push({ request, reply: readReply(words, at) });
    }
  });
  return {
    answers,
    reached,
    messages: () => messages,
    send(commands: readonly (readonly [number, Command])[]): Uint8Array {
      for (const each of commands) out.add(...each);
      const bytes = out.take(++number);
      network.courier().publish(own, bytes, `replies.${name}.${number}`);
      network.deliver();
      return bytes;
    },
    again: (bytes: Uint8Array) => {
      network.courier().publish(own, bytes, `replies.${name}.again`);
      network.deliver();
    },
  };
}

async function arrive(): Promise<void> {
  await Promise.resolve();
  network.deliver();
}

describe('an inbox', () => {
  test('rings the thread, submits what came, and sends the replies of a turn in one message to each sender', async () => {
    const [first, second] = [sender('first'), sender('second')];
    first.send([
      [11, read(1)],
      [12, read(2)],
    ]);
    second.send([[11, read(3)]]);
    expect([rings, inbox.depth, submitted.length]).toEqual([2, 3, 0]);
    expect(inbox.drain(0)).toBe(true);
    expect(submitted.map(({ command }) => command)).toEqual([read(1), read(2), read(3)]);
    expect(inbox.depth).toBe(0);
    const [one, two, three] = submitted.map(({ mailbox }) => mailbox);
    expect([one === two, one === three, inbox.isElsewhere(one!), inbox.isElsewhere(1)]).toEqual([
      ...[true, false, true, false],
    ]);
    for (const { mailbox, request } of submitted) inbox.reply(mailbox, request, refusal(code.ok));
    await arrive();
    expect(first.answers.map(({ request }) => request)).toEqual([11, 12]);
    expect(second.answers.map(({ request }) => request)).toEqual([11]);
    expect([first.messages(), second.messages()]).toEqual([1, 1]);
  });

  test('sends on whose partition it is', async () => {
    const one = sender('one');
    one.send([
      [1, read(1)],
      [2, read(2)],
    ]);
    inbox.drain(0);
    const { mailbox } = submitted[0]!;
    inbox.redirect(mailbox, 1, { id: 'there', actorThreads: 3 });
    inbox.redirect(mailbox, 2, null);
    await arrive();
    expect(one.answers).toEqual([
      { request: 1, owner: { id: 'there', actorThreads: 3 } },
      { request: 2, owner: null },
    ]);
  });

  test('says how far a partition is durable where something was done for the merchant', async () => {
    const one = sender('one');
    one.send([
      [1, { type: 'restock', item: 3, units: 5, key: 0 }],
      [2, read(2)],
    ]);
    inbox.drain(0);
    const { mailbox } = submitted[0]!;
    journalSeq = 77;
    inbox.reply(mailbox, 2, refusal(code.ok));
    await arrive();
    expect([...one.reached]).toEqual([]);
    inbox.reply(mailbox, 1, refusal(code.ok));
    await arrive();
    expect([...one.reached]).toEqual([[3, 77]]);
  });

  test('submits a message once, however often it comes', () => {
    const one = sender('one');
    const bytes = one.send([[1, read(1)]]);
    one.send([[2, read(2)]]);
    one.again(bytes);
    inbox.drain(0);
    expect(submitted.map(({ request }) => request)).toEqual([1, 2]);
  });

  test('refuses what is of another version, or not for its thread, says so once, and goes on', async () => {
    const one = sender('one');
    for (let time = 0; time < 3; time++) one.again(new Uint8Array(41));
    one.send([
      [1, read(1, 2)],
      [2, read(1, 2 ** 30 + 1)],
      [3, read(1, Number.NaN)],
      [4, read(4)],
    ]);
    inbox.drain(0);
    expect(submitted.map(({ request }) => request)).toEqual([4]);
    await arrive();
    expect(one.answers).toEqual(
      [1, 2, 3].map((request) => ({ request, reply: refusal(code.journalUnavailable) })),
    );
    expect(reported.length).toBe(3);
  });

  test('refuses at once what it has no room for, and takes commands again when there is', async () => {
    const one = sender('one');
    const full = Array.from({ length: forwardRecordsMax }, (_, n) => [n, read(1)] as const);
    for (let n = 0; n < inboxRecordsMax; n += forwardRecordsMax) one.send(full);
    expect([inbox.depth, one.answers.length]).toEqual([inboxRecordsMax, 0]);
    one.send([[5, read(1)]]);
    await arrive();
    expect(one.answers).toEqual([{ request: 5, reply: refusal(code.tooBusy) }]);
    for (let turns = 1; !inbox.drain(0); turns++) expect(turns).toBeLessThan(100);
    expect([inbox.depth, submitted.length]).toEqual([0, inboxRecordsMax]);
    one.send([[6, read(1)]]);
    inbox.drain(0);
    expect(submitted.at(-1)!.request).toBe(6);
  });

  test('keeps replies while it has no connection, and sends more than a message holds in several', async () => {
    const one = sender('one');
    const full = Array.from({ length: forwardRecordsMax }, (_, n) => [n, read(1)] as const);
    one.send(full);
    one.send([[forwardRecordsMax, read(1)]]);
    inbox.drain(0);
    courier.isConnected = false;
    inbox.reply(submitted[0]!.mailbox, 0, refusal(code.ok));
    await arrive();
    expect(one.answers).toEqual([]);
    courier.isConnected = true;
    for (const { mailbox, request } of submitted.slice(1)) {
      inbox.reply(mailbox, request, refusal(code.ok));
    }
    inbox.flush();
    await arrive();
    expect(one.answers.map(({ request }) => request)).toEqual(
      submitted.map(({ request }) => request),
    );
    expect(one.messages()).toBe(2);
  });

  test('forgets who was silent the longest when there are too many, and replies to nobody there', async () => {
    const [first, ...others] = Array.from({ length: inboxSendersMax + 1 }, (_, n) =>
      sender(`${n}`),
    );
    for (const each of [first!, ...others]) each.send([[1, read(1)]]);
    inbox.drain(0);
    for (const { mailbox, request } of submitted) inbox.reply(mailbox, request, refusal(code.ok));
    await arrive();
    expect(first!.answers).toEqual([]);
    expect(others.every(({ answers }) => answers.length === 1)).toBe(true);
  });
});
