/**
 * Memory of the people who wait for one item, in a process of its own: `<queue> <people>`. Drives the
 * item's pure core as an actor thread does, without a journal, and prints a line of JSON.
 */
import type { QueueMode } from '../../actors/events.ts';
import { apply, decide, due, type Item, itemBytes } from '../../actors/item/item.ts';
import { type Command, code } from '../../actors/protocol.ts';
import { nonceOf } from './nonces.ts';

/** Bytes for all who wait. */
export interface QueueMemory {
  /** Of the item's columns and indexes, at most until the first is let in, and then. */
  mostColumns: number;
  drawnColumns: number;
  /** How much the process has grown, when everybody had joined, and when the first was let in. */
  resident: number;
  drawnResident: number;
}

const [item, promo] = [1, 1];
const startAt = 2_000_000;
/** Users have ids that take as many bits as those of an account. */
const firstUser = 2 ** 40;

let state: Item | undefined;

function send(command: Command, at: number): void {
  const { event, code: answer } = decide(state, command, at);
  if (event === null || answer !== code.ok) throw new Error(`${command.type}: ${answer}`);
  state = apply(state, event, at);
}

function residentNow(): number {
  Bun.gc(true);
  return process.memoryUsage.rss();
}

function openSale(queue: QueueMode): void {
  const secret = queue === 'draw' ? { secret: '5a'.repeat(32) } : {};
  const gate = { limit: 1, gateFactor: 1, payWindowMs: 900_000, admitMs: 86_400_000 };
  const times = { startAt, endAt: startAt + 3_600_000, queueOpenAt: 1_000 };
  send({ type: 'open', item, price: 10_000, units: 1 }, 1_000);
  send({ type: 'publish', item, promo, price: 5_000, queue, ...times, ...gate, ...secret }, 1_000);
}

/** Where nobody draws, the first who comes is let in at once. */
function measure(queue: QueueMode, people: number): QueueMemory {
  openSale(queue);
  const columns = itemBytes(state!);
  const before = residentNow();
  const joinAt = queue === 'draw' ? startAt - 1 : startAt;
  for (let n = 0; n < people; n++) {
    const user = firstUser + n;
    send({ type: 'join', item, user, promo, nonce: nonceOf(user) }, joinAt);
  }
  let mostColumns = itemBytes(state!);
  const resident = residentNow() - before;
  while (state!.admitted === 0) {
    const event = due(state!, startAt);
    mostColumns = Math.max(mostColumns, itemBytes(state!));
    if (event !== null) state = apply(state, event, startAt);
  }
  return {
    mostColumns: mostColumns - columns,
    drawnColumns: itemBytes(state!) - columns,
    resident,
    drawnResident: residentNow() - before,
  };
}

const [, , queue, people] = process.argv;
// The one who starts this gives a queue.
console.log(JSON.stringify(measure(queue as QueueMode, Number(people))));
