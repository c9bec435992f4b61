/**
 * An actor thread without the HTTP part: a feeder keeps its mailbox full of commands and takes the
 * replies, each of which leaves only when what it rests on is fsynced.
 */

import type { JournalSettings } from '../../actors/journal/open.ts';
import { mailboxRecords } from '../../actors/limits.ts';
import { Board } from '../../actors/memory/board.ts';
import { Doorbell, Mailbox } from '../../actors/memory/mailbox.ts';
import { Positions } from '../../actors/memory/positions.ts';
import { requestAt, writeCommand } from '../../actors/memory/record.ts';
import { readReply } from '../../actors/memory/reply-record.ts';
import { type Command, code, type Place, type Publish, type Reply } from '../../actors/protocol.ts';
import { makeSharedMemory } from '../../actors/shared.ts';
import type { ActorThreadSettings, FromActorThread, ToActorThread } from '../../actors/worker.ts';
import { WrongAnswer } from '../report/report.ts';

export const partitions = 8;
export const promo = 1;
const promoPrice = 5_000;
/** Orders that are placed before they are paid for. */
const soldAtOnce = 8_000;
/** A thread that has not answered for this long has died, or hangs. */
const silentMs = 10_000;

export interface FedActorThread {
  feeder: Feeder;
  board: Board;
  positions: Positions;
  /** Asks the thread to write what it has, and waits until it has left. */
  stop(): Promise<void>;
}

/** What may be different from an engine's thread that keeps everything in memory. */
interface ActorThreadOptions {
  snapshotsFolder?: string;
  retainMs?: number;
  /** Items are numbered from the one after this. */
  itemOffset?: number;
}

/** Starts an actor thread on a journal, which may be new. */
export function startActorThread(
  path: string,
  { snapshotsFolder = `${path}-snapshots`, ...options }: ActorThreadOptions = {},
): Promise<FedActorThread> {
  return startActorThreadOn({ kind: 'sqlite', path }, { snapshotsFolder, ...options });
}

/** The same, on a journal of any kind. */
export async function startActorThreadOn(
  journal: JournalSettings,
  {
    snapshotsFolder,
    retainMs = Number.POSITIVE_INFINITY,
    itemOffset = 0,
  }: ActorThreadOptions & { snapshotsFolder: string },
): Promise<FedActorThread> {
  const thread = new Worker(new URL('../../actors/worker.ts', import.meta.url), {
    name: 'actor-0',
  });
  const post = (message: ToActorThread) => thread.postMessage(message);
  const says = (type: FromActorThread['type']) =>
    new Promise<void>((resolve, reject) => {
      thread.onmessage = ({ data }: MessageEvent<FromActorThread>) => {
        if (data.type === type) resolve();
      };
      thread.onerror = (event) => reject(new Error(event.message));
      thread.addEventListener('close', () => reject(new Error('the actor thread has ended')));
    });
  const memory = makeSharedMemory(1, 1);
  const settings: ActorThreadSettings = {
    type: 'start',
    thread: 0,
    life: 0,
    actorThreads: 1,
    partitions,
    writer: Bun.randomUUIDv7(),
    journal,
    retainMs,
    snapshotsFolder,
    redisUrl: null,
    memory,
    logLevel: 'warning',
    clockStepMs: 0,
    cluster: null,
  };
  const recovered = says('recovered');
  post(settings);
  await recovered;
  return {
    feeder: new Feeder(memory, itemOffset),
    board: new Board(memory.board),
    positions: new Positions(memory.positions),
    async stop() {
      const drained = says('drained');
      post({ type: 'drain' });
      await drained;
      // Its memory would be this process's until the end.
      thread.terminate();
    },
  };
}

/** Looks at a reply to the command of this index. */
type Look = (reply: Reply, index: number) => void;

/** The other end of the mailboxes. */
export class Feeder {
  readonly #commands: Mailbox;
  readonly #replies: Mailbox;
  readonly #actorBell: Doorbell;
  readonly #bell: Doorbell;
  readonly #expiresAt = Math.ceil(Date.now() / 1000) + 3_600;
  #sent = 0;

  constructor(
    memory: ReturnType<typeof makeSharedMemory>,
    private readonly itemOffset: number,
  ) {
    this.#commands = new Mailbox(memory.commands[0]![0]!);
    this.#replies = new Mailbox(memory.replies[0]![0]!);
    this.#actorBell = new Doorbell(memory.actorBells[0]!);
    this.#bell = new Doorbell(memory.httpBells[0]!);
  }

  /** Puts items 1 to `items` on sale, with this many units each. */
  async openSales(items: number, units: number): Promise<void> {
    for (let item = 1; item <= items; item++) await this.openSale(item, units);
  }

  /** Puts an item on sale, from a second ago and one for each user unless the promo says otherwise. */
  async openSale(number: number, units: number, choice: Partial<Publish> = {}): Promise<void> {
    const item = this.itemOffset + number;
    await this.carryOut({ type: 'open', item, price: 10_000, units });
    await this.publish(number, choice);
  }

  /** Publishes a promo of an item, from a second ago and one for each user unless it says otherwise. */
  async publish(number: number, choice: Partial<Publish>): Promise<void> {
    const now = Date.now();
    const item = this.itemOffset + number;
    await this.carryOut({
      ...{ type: 'publish', item, promo, price: promoPrice, startAt: now - 1_000 },
      ...{ endAt: now + 3_600_000, limit: 1, gateFactor: 5, payWindowMs: 900_000 },
      ...choice,
    });
  }

  /** Places this many orders, over items 1 to `items` in turn, and resolves when all are accepted. */
  async place(orders: number, items: number): Promise<void> {
    const first = this.#sent + 1;
    await this.feed(orders, (index) => this.#order(first + index, items));
  }

  /**
   * Places orders as `place` does, of users from `firstUser` on, and pays for each: so many are placed, then paid
   * for, and then the next.
   */
  async sell(orders: number, items: number, { of = promo, firstUser = 1 } = {}): Promise<void> {
    const numbers = new Int32Array(soldAtOnce);
    for (let sold = 0; sold < orders; sold += soldAtOnce) {
      const count = Math.min(soldAtOnce, orders - sold);
      const user = (index: number) => firstUser + sold + index;
      await this.feed(
        count,
        (index) => ({ ...this.#order(user(index), items), promo: of }),
        ({ order }, index) => {
          numbers[index] = order!.n; // It was accepted.
        },
      );
      await this.feed(count, (index) => this.#payment(user(index), items, numbers[index]!));
    }
  }

  /**
   * Has this many commands carried out, as fast as the thread takes them, and resolves when all are
   * answered. @throws WrongAnswer where one is refused
   */
  async feed(count: number, commandOf: (index: number) => Command, look?: Look): Promise<void> {
    const first = this.#sent;
    let movedAt = performance.now();
    for (let answered = 0; answered < count; ) {
      const seen = this.#bell.count;
      let moved = 0;
      while (this.#sent < first + count && this.#send(commandOf(this.#sent - first))) moved++;
      if (moved > 0) this.#actorBell.ring();
      const taken = this.#take(first, look);
      answered += taken;
      if (moved + taken > 0) movedAt = performance.now();
      else if (performance.now() - movedAt > silentMs)
        throw new Error('the actor thread is silent');
      else await this.#bell.wait(seen, 1_000);
    }
  }

  /** Has one command carried out. */
  carryOut(command: Command): Promise<void> {
    return this.feed(1, () => command);
  }

  #payment(user: number, items: number, n: number): Command {
    const reference = `pi_${nonceOf(user).toString(36).padStart(24, '0')}`;
    const item = this.#itemOf(user, items);
    return { type: 'pay', item, user, n, amountMinor: promoPrice, reference };
  }

  #order(user: number, items: number): Place {
    const item = this.#itemOf(user, items);
    const expiresAt = this.#expiresAt;
    return { type: 'place', item, user, promo, amount: 1, nonce: nonceOf(user), expiresAt };
  }

  #itemOf(user: number, items: number): number {
    return this.itemOffset + 1 + (user % items);
  }

  /** False when the mailbox is full, or would be once its replies came back. */
  #send(command: Command): boolean {
    const inFlight = this.#commands.depth + this.#replies.depth;
    const offset = inFlight >= mailboxRecords ? -1 : this.#commands.reserve();
    if (offset < 0) return false;
    writeCommand(this.#commands.words, offset, this.#sent++, command);
    this.#commands.publish();
    return true;
  }

  /** Takes the waiting replies, and returns how many there were. */
  #take(first: number, look: Look | undefined): number {
    let taken = 0;
    for (let offset = this.#replies.take(); offset >= 0; offset = this.#replies.take()) {
      const reply = readReply(this.#replies.words, offset);
      if (reply.code !== code.ok || reply.repeated) {
        throw new WrongAnswer(`an actor thread answered a new command with ${reply.code}`);
      }
      look?.(reply, requestAt(this.#replies.words, offset) - first);
      this.#replies.release();
      taken++;
    }
    return taken;
  }
}

/** Sixteen digits without a pattern, like a random nonce. */
export function nonceOf(user: number): number {
  return 2 ** 50 + ((user * 2_654_435_761) % 2 ** 50);
}
