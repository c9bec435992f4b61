import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { mailboxRecords, replyTimeoutMs } from '../../actors/limits.ts';
import { Board } from '../../actors/memory/board.ts';
import { Doorbell, Mailbox } from '../../actors/memory/mailbox.ts';
import { readCommand, requestAt } from '../../actors/memory/record.ts';
import { writeReply } from '../../actors/memory/reply-record.ts';
import { type Command, code, type Reply, refusal } from '../../actors/protocol.ts';
import { makeSharedMemory, type SharedMemory } from '../../actors/shared.ts';
import { boardRow } from '../../actors/testing/board-row.ts';
import { waitUntil } from '../../actors/testing/process.ts';
import { Dispatch } from './dispatch.ts';

const item = 6;
let memory: SharedMemory;
let board: Board;
let dispatch: Dispatch;

beforeEach(() => {
  memory = makeSharedMemory(1, 2);
  board = new Board(memory.board);
  board.write(item, boardRow({ loaded: 1, left: 1 }));
  dispatch = open(0);
  dispatch.start();
});

afterEach(() => dispatch.stop());

function open(life: number): Dispatch {
  return openCounted(life, { countCommand: () => undefined });
}

function openCounted(life: number, metrics: { countCommand(): void }): Dispatch {
  const settings = { thread: 0, life, partitions: 4, actorThreads: 2, memory, writer: 'here' };
  const counting = { ...metrics, countForwarded: () => undefined };
  const parts = { board, metrics: counting, courier: null, report: () => undefined };
  return new Dispatch(settings, parts);
}

/** Commands of a turn are handed over, and replies to it taken, when it has ended. */
async function turn(): Promise<void> {
  for (let turns = 0; turns < 2; turns++) await new Promise(setImmediate);
}

const read = (n: number): Command => ({ type: 'read', item, n, user: 0 });

/** The other end of the mailboxes of one actor thread, worked by hand. */
function actor(thread: number) {
  const commands = new Mailbox(memory.commands[0]![thread]!);
  const replies = new Mailbox(memory.replies[0]![thread]!);
  const bell = new Doorbell(memory.httpBells[0]!);
  return {
    bell: new Doorbell(memory.actorBells[thread]!),
    take(): { request: number; command: Command } | null {
      const offset = commands.take();
      if (offset < 0) return null;
      const request = requestAt(commands.words, offset);
      const command = readCommand(commands.words, offset);
      commands.release();
      return { request, command };
    },
    answer(request: number, reply: Reply): void {
      writeReply(replies.words, replies.reserve(), request, reply);
      replies.written();
      replies.publish();
      bell.ring();
    },
  };
}

describe('dispatch', () => {
  test('passes a command to the thread of its partition, and its reply to the caller', async () => {
    const [first, second] = [actor(0), actor(1)];
    const replies = [dispatch.send(read(1)), dispatch.send({ ...read(2), item: 3 })];
    await turn();
    const ofFirst = first.take()!;
    const ofSecond = second.take()!;
    expect([ofFirst.command, ofSecond.command]).toEqual([read(1), { ...read(2), item: 3 }]);
    expect([first.take(), second.take()]).toEqual([null, null]);
    second.answer(ofSecond.request, refusal(code.wrongState));
    first.answer(ofFirst.request, { ...refusal(code.ok), about: 77 });
    const [reply, other] = await Promise.all(replies);
    expect([reply!.about, other!.code]).toEqual([77, code.wrongState]);
    expect(dispatch.inFlight).toBe(0);
  });

  test('tells one who waits for many commands each reply with the tag of its command, once', async () => {
    const [first, second] = [actor(0), actor(1)];
    const told: [tag: number, about: number][] = [];
    const resolve = (reply: Reply, tag: number) => told.push([tag, reply.about || reply.code]);
    dispatch.post(read(1), resolve, 70);
    dispatch.post({ ...read(2), item: 3 }, resolve, 71);
    dispatch.post(read(3), resolve, 72);
    expect(told).toEqual([]);
    await turn();
    const ofSecond = second.take()!;
    const ofFirst = [first.take()!, first.take()!];
    second.answer(ofSecond.request, { ...refusal(code.ok), about: 2 });
    first.answer(ofFirst[1]!.request, { ...refusal(code.ok), about: 3 });
    await waitUntil('two are told', () => told.length === 2);
    dispatch.actorDied(0);
    // The slot of each is free again: a reply that comes late is nobody's.
    first.answer(ofFirst[0]!.request, { ...refusal(code.ok), about: 1 });
    await Bun.sleep(10);
    expect(told.sort()).toEqual([
      [70, code.outcomeUnknown],
      [71, 2],
      [72, 3],
    ]);
  });

  test('rings the actor once for all the commands of one turn', async () => {
    const { bell, take } = actor(0);
    for (let n = 1; n <= 50; n++) void dispatch.send(read(n));
    // An actor that is awake would take what there is, and take the disk's time for a few.
    expect([take(), bell.count]).toEqual([null, 0]);
    await turn();
    expect(bell.count).toBe(1);
    let taken = 0;
    while (take() !== null) taken++;
    expect(taken).toBe(50);
  });

  test('rings the actor and takes its replies in the middle of a very long turn', async () => {
    const { bell, take, answer } = actor(0);
    const first = dispatch.send(read(1));
    await turn();
    answer(take()!.request, refusal(code.ok));
    const rung = bell.count;
    // Between these there is no turn of the event loop, as when thousands of sockets are ready.
    for (let n = 2; n <= 1_024; n++) void dispatch.send(read(n));
    expect(bell.count).toBeGreaterThan(rung);
    expect(dispatch.inFlight).toBe(1_023);
    expect((await first).code).toBe(code.ok);
  });

  test('takes replies in a very long turn to what it has handed over in the same turn', async () => {
    const { take, answer } = actor(0);
    // Counting is the last thing done before replies are taken in a long turn.
    let sent = 0;
    const quick = {
      countCommand: () => {
        if (++sent === 1_024)
          for (let taken = take(); taken; taken = take()) answer(taken.request, refusal(code.ok));
      },
    };
    const long = openCounted(3, quick);
    const replies = Array.from({ length: 1_024 }, (_, n) => long.send(read(n + 1)));
    expect(long.inFlight).toBe(512);
    expect((await replies[511]!).code).toBe(code.ok);
  });

  test('answers 30003 at once when the mailbox is full, and takes commands again when it is not', async () => {
    const paused = actor(0);
    const waiting = Array.from({ length: mailboxRecords }, (_, n) => dispatch.send(read(n + 1)));
    expect(dispatch.inFlight).toBe(mailboxRecords);
    for (let n = 0; n < 3; n++) expect((await dispatch.send(read(1))).code).toBe(code.tooBusy);
    expect(board.refused(item)).toEqual({ [code.tooBusy]: 3 });
    const atOnce: number[] = [];
    dispatch.post(read(1), (reply, tag) => atOnce.push(reply.code, tag), 9);
    expect(atOnce).toEqual([code.tooBusy, 9]);
    await turn();
    const taken = paused.take()!;
    // The record is free again, but its request still waits: that bounds what one thread must hold.
    expect((await dispatch.send(read(1))).code).toBe(code.tooBusy);
    paused.answer(taken.request, refusal(code.ok));
    expect((await waiting[0]!).code).toBe(code.ok);
    const next = dispatch.send(read(9_999));
    await turn();
    for (let each = paused.take(); each !== null; each = paused.take()) {
      const about = each.command.type === 'read' ? each.command.n : 0;
      paused.answer(each.request, { ...refusal(code.ok), about });
      await new Promise(setImmediate);
    }
    expect((await next).about).toBe(9_999);
    const abouts = (await Promise.all(waiting.slice(1))).map(({ about }) => about);
    expect(abouts).toEqual(Array.from({ length: mailboxRecords - 1 }, (_, n) => n + 2));
  });

  test('answers 10004 for everything that waits for a dead thread, and for nothing else', async () => {
    const dead = dispatch.send(read(1));
    const other = dispatch.send({ ...read(1), item: 7 });
    dispatch.actorDied(0);
    expect((await dead).code).toBe(code.outcomeUnknown);
    expect(board.refused(item)).toEqual({ [code.outcomeUnknown]: 1 });
    expect(dispatch.inFlight).toBe(1);
    const { answer, take } = actor(1);
    await turn();
    answer(take()!.request, refusal(code.ok));
    expect((await other).code).toBe(code.ok);
  });

  test('does not take the reply to an abandoned request for the reply to another', async () => {
    const { take, answer } = actor(0);
    const given = dispatch.send(read(1));
    await turn();
    const late = take()!;
    dispatch.actorDied(0);
    await given;
    // The slot of the first is the next to be reused.
    const next = dispatch.send(read(2));
    await turn();
    answer(late.request, { ...refusal(code.ok), about: 1 });
    answer(take()!.request, { ...refusal(code.ok), about: 2 });
    expect((await next).about).toBe(2);
  });

  test.each([
    [0, 1],
    [4_095, 4_096],
    [1_000_000, 1_000_001],
  ])(
    'does not take replies to its thread in life %d for its own in life %d',
    async (before, now) => {
      memory = makeSharedMemory(1, 2);
      const { take, answer } = actor(0);
      // It was never started, so it takes no reply, just like a dead one.
      void open(before).send(read(1));
      await turn();
      const late = take()!;
      const heir = open(now);
      heir.start();
      const mine = heir.send(read(2));
      await turn();
      answer(late.request, { ...refusal(code.ok), about: 1 });
      answer(take()!.request, { ...refusal(code.ok), about: 2 });
      expect((await mine).about).toBe(2);
      heir.stop();
    },
  );

  test(
    'answers 10004 when an actor is silent for too long',
    async () => {
      const silent = dispatch.send(read(1));
      await Bun.sleep(1_000);
      const { take, answer } = actor(0);
      const late = take()!;
      expect((await silent).code).toBe(code.outcomeUnknown);
      answer(late.request, refusal(code.ok));
      const next = dispatch.send(read(2));
      await turn();
      answer(take()!.request, { ...refusal(code.ok), about: 5 });
      expect((await next).about).toBe(5);
    },
    2 * replyTimeoutMs,
  );
});
