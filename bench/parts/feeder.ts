/** Feeds an actor thread: keeps its mailbox full of commands, and takes the replies. */
import { mailboxRecords } from '../../actors/limits.ts';
import { Doorbell, Mailbox } from '../../actors/memory/mailbox.ts';
import { requestAt, writeCommand } from '../../actors/memory/record.ts';
import { readReply } from '../../actors/memory/reply-record.ts';
import { type Command, code, type Place, type Publish, type Reply } from '../../actors/protocol.ts';
import type { SharedMemory } from '../../actors/shared.ts';
import { WrongAnswer } from '../report/report.ts';
import { nonceOf } from './nonces.ts';

export const promo = 1;
const promoPrice = 5_000;
/** Orders that are placed before they are paid for. */
const soldAtOnce = 8_000;
/** A thread that has not answered for this long has died, or hangs. */
const silentMs = 10_000;

/** Looks at a reply to the command of this index. */
type Look = (reply: Reply, index: number) => void;

/** Commands that are being carried out. */
interface Feeding {
  /** Sends and takes what it can, and returns how much that was. */
  step(): number;
  isDone(): boolean;
}

/** The other end of the mailboxes of one actor thread. */
export class Feeder {
  readonly #commands: Mailbox;
  readonly #replies: Mailbox;
  readonly #actorBell: Doorbell;
  readonly #bell: Doorbell;
  readonly #expiresAt = Math.ceil(Date.now() / 1000) + 3_600;
  #sent = 0;
  #inFlight = 0;

  /** An item of number n has the id `itemOffset + n * itemStride`. */
  constructor(
    memory: SharedMemory,
    thread: number,
    private readonly itemOffset: number,
    private readonly itemStride: number,
  ) {
    this.#commands = new Mailbox(memory.commands[0]![thread]!);
    this.#replies = new Mailbox(memory.replies[0]![thread]!);
    this.#actorBell = new Doorbell(memory.actorBells[thread]!);
    this.#bell = new Doorbell(memory.httpBells[0]!);
  }

  /** Has each of some feeders, of one memory, place its share of orders, all at the same time. */
  static async placeTogether(feeders: readonly Feeder[], orders: number, items: number) {
    const [first] = feeders;
    const share = Math.ceil(orders / feeders.length);
    const feedings = feeders.map((feeder) => feeder.#placing(share, items));
    await first!.#run(feedings);
  }

  /** Puts items 1 to `items` on sale, with this many units each. */
  async openSales(items: number, units: number): Promise<void> {
    for (let item = 1; item <= items; item++) await this.openSale(item, units);
  }

  /** Puts an item on sale, from a second ago and one for each user unless the promo says otherwise. */
  async openSale(number: number, units: number, choice: Partial<Publish> = {}): Promise<void> {
    const item = this.#idOf(number);
    await this.carryOut({ type: 'open', item, price: 10_000, units });
    await this.publish(number, choice);
  }

  /** Publishes a promo of an item, from a second ago and one for each user unless it says otherwise. */
  async publish(number: number, choice: Partial<Publish>): Promise<void> {
    const now = Date.now();
    const item = this.#idOf(number);
    await this.carryOut({
      ...{ type: 'publish', item, promo, price: promoPrice, startAt: now - 1_000 },
      ...{ endAt: now + 3_600_000, limit: 1, gateFactor: 5, payWindowMs: 900_000 },
      ...choice,
    });
  }

  /** Places this many orders, over items 1 to `items` in turn, and resolves when all are accepted. */
  async place(orders: number, items: number): Promise<void> {
    await this.#run([this.#placing(orders, items)]);
  }

  #placing(orders: number, items: number): Feeding {
    const first = this.#sent + 1;
    return this.#begin(orders, (index) => this.#order(first + index, items));
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
    await this.#run([this.#begin(count, commandOf, look)]);
  }

  #begin(count: number, commandOf: (index: number) => Command, look?: Look): Feeding {
    const first = this.#sent;
    let answered = 0;
    return {
      isDone: () => answered >= count,
      step: () => {
        let moved = 0;
        while (this.#sent < first + count && this.#send(commandOf(this.#sent - first))) moved++;
        if (moved > 0) {
          this.#commands.publish();
          this.#actorBell.ring();
        }
        const taken = this.#take(first, look);
        answered += taken;
        return moved + taken;
      },
    };
  }

  /** Goes on until all are done. Feeders of one memory share a bell. */
  async #run(feedings: readonly Feeding[]): Promise<void> {
    let movedAt = performance.now();
    while (!feedings.every((feeding) => feeding.isDone())) {
      const seen = this.#bell.count;
      let moved = 0;
      for (const feeding of feedings) moved += feeding.step();
      if (moved > 0) movedAt = performance.now();
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
    return this.#idOf(1 + (user % items));
  }

  #idOf(number: number): number {
    return this.itemOffset + number * this.itemStride;
  }

  /** False when the mailbox is full, or would be once its replies came back. */
  #send(command: Command): boolean {
    const offset = this.#inFlight >= mailboxRecords ? -1 : this.#commands.reserve();
    if (offset < 0) return false;
    writeCommand(this.#commands.words, offset, this.#sent++, command);
    this.#commands.written();
    this.#inFlight++;
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
      this.#inFlight--;
      taken++;
    }
    return taken;
  }
}
