/** The merchant of a run: stock, prices and promos, and what must go back to buyers. */
import { queueModes } from '../../actors/events.ts';
import { type Command, code, type Publish, type Reply } from '../../actors/protocol.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';

const by = 'admin';
/** How long promos last. */
const lastsMs = [2_000, 20_000, 20_000, 600_000, 7_200_000];
const briskMs = [1_500, 2_500, 5_000];

export class Merchant {
  /** By item: the promos that were asked for, and those that were published. */
  readonly #asked = new Map<number, Publish[]>();
  readonly #published = new Map<number, Publish[]>();
  /** By item: the last refund that was told to be due. */
  readonly #dues = new Map<number, number>();

  constructor(
    private readonly random: Random,
    private readonly scheduler: Scheduler,
    /** Whether the item is sold in short promos alone, one after the other. */
    private readonly isBrisk: boolean,
  ) {}

  open(item: number): Command {
    const { random } = this;
    const limit = random.pick([undefined, 2, 5]);
    const terms = {
      ...(limit === undefined ? {} : { limit }),
      normalSale: !this.isBrisk && random.chance(0.9),
    };
    return { type: 'open', item, price: 1_000, units: random.between(0, 8), ...terms };
  }

  /** A promo now or soon; most begin when all before them are over, as they must. */
  publish(item: number): Publish {
    const { random, scheduler } = this;
    const asked = this.#asked.get(item) ?? [];
    const queue = random.pick([...queueModes, 'fifo', 'draw'] as const);
    const nowMs = this.isBrisk ? [-1_000, 0] : [-1_000, -1_000, 0, 500, 3_600_000];
    const soonMs = queue === 'draw' ? [500, 3_000] : nowMs;
    const isNext = !this.isBrisk && asked.length > 0 && random.chance(0.8);
    const ends = isNext ? asked.map(({ endAt }) => endAt) : [];
    const soon = scheduler.now + random.pick(soonMs);
    const startAt = random.chance(0.5) ? soon : Math.max(soon, ...ends);
    const publish: Publish = {
      ...{ type: 'publish', item, promo: asked.length + 1, startAt },
      price: random.chance(0.1) ? 0 : 500,
      endAt: startAt + random.pick(this.isBrisk ? briskMs : lastsMs),
      limit: random.pick([1, 1, 2, 3]),
      gateFactor: random.pick([1, 1, 5]),
      payWindowMs: random.pick([50, 50, 1_000, 10_000, 900_000]),
      queue,
      admitMs: random.pick([40, 500, 5_000, 300_000]),
      queueOpenAt: queue === 'draw' ? startAt - random.pick([300, 3_000, 900_000]) : startAt,
      ...(queue === 'draw' ? { secret: this.#secret() } : {}),
      by,
    };
    this.#asked.set(item, [...asked, publish]);
    return publish;
  }

  next(item: number): Command {
    const { random } = this;
    const wish = random.weighted({
      stock: 3,
      publish: this.isBrisk ? 10 : 2,
      control: 3,
      edit: 1,
      extend: 0.7,
      settle: 1,
    });
    const promo = this.promo(item) || 1;
    switch (wish) {
      case 'stock': {
        const type = random.pick(['restock', 'restock', 'withdrawUnits'] as const);
        return { type, item, units: random.between(1, 3), key: random.below(3), by };
      }
      case 'publish':
        return this.publish(item);
      case 'control': {
        const type = random.weighted({ pause: 3, resume: 4, end: 1, withdrawPromo: 1 });
        return { type, item, promo, by };
      }
      case 'extend': {
        const last = this.#asked.get(item)?.find((each) => each.promo === promo);
        const endAt = (last?.endAt ?? this.scheduler.now) + random.pick([-1_000, 1_000, 30_000]);
        return { type: 'extend', item, promo, endAt, by };
      }
      case 'settle': {
        const due = (this.#dues.get(item) ?? 0) + random.between(0, 1);
        return { type: 'settle', item, due: Math.max(due, 1), reference: '', by };
      }
      case 'edit':
        return this.#edit(item);
    }
  }

  /** Learns from an answer. */
  heard(command: Command, reply: Reply): void {
    if (reply.about > 0 && command.type === 'pay') this.#dues.set(command.item, reply.about);
    if (command.type !== 'publish' || reply.code !== code.ok) return;
    const published = this.#published.get(command.item) ?? [];
    this.#published.set(command.item, [...published, command]);
  }

  /** A promo to buy under: what is on most often; 0 is the normal price. */
  promo(item: number): number {
    const { random } = this;
    if (random.chance(0.15)) return 0;
    const asked = random.pick([this.#published, this.#published, this.#asked]).get(item) ?? [];
    const { now } = this.scheduler;
    const on = asked.findLast(({ startAt, endAt }) => startAt <= now && now < endAt);
    if (on !== undefined && random.chance(0.8)) return on.promo;
    return random.pick([asked.at(-1)?.promo ?? 0, ...asked.map(({ promo }) => promo)]);
  }

  #edit(item: number): Command {
    const { random } = this;
    const changed = random.pick([
      { price: random.pick([0, 900, 1_000, 1_100]) },
      { normalSale: !this.isBrisk && random.chance(0.7) },
      { limit: random.between(1, 4) },
    ]);
    return { type: 'edit', item, texts: random.below(4), ...changed, by };
  }

  #secret(): string {
    const digit = () => this.random.below(16).toString(16);
    return Array.from({ length: 64 }, digit).join('');
  }
}
