/** One item's durable history: everything that was ever true of it, and from which entry on. */
import type { Opened, Sequence } from '../../actors/events.ts';
import { PlainItem } from '../../actors/plain/plain-item.ts';
import type { PlainStanding } from '../../actors/plain/plain-promo.ts';
import type { OrderView } from '../../actors/protocol.ts';

/** Something that was true from an entry on. */
export interface Mark<T> {
  seq: Sequence;
  value: T;
}

export interface DurableOrder {
  item: number;
  n: number;
  user: number;
  promo: number;
  amount: number;
  /** Minor units, of the whole order. */
  total: number;
  nonce: number;
  seq: Sequence;
  /** Every state it was ever in, oldest first. */
  views: Mark<OrderView>[];
}

export interface PromoMoment {
  limit: number;
  paused: boolean;
  ended: boolean;
  closed: boolean;
  startAt: number;
  endAt: number;
  room: number;
  people: number;
  outstanding: number;
  stands: ReadonlyMap<number, PlainStanding>;
}

/** An item right after an event. */
export interface Moment {
  loaded: number;
  held: number;
  sold: number;
  left: number;
  price: number;
  normalSale: boolean;
  normalLimit: number;
  promos: ReadonlyMap<number, PromoMoment>;
  /** Refunds that were ever due. */
  dues: number;
}

export class DurableItem {
  /** The rules, in plain arrays: they take each event, or throw. */
  readonly plain: PlainItem;
  /** After every event. */
  readonly moments: Mark<Moment>[] = [];
  /** Units left: after every event. */
  readonly left: Mark<number>[] = [];
  /** Users ever admitted: after every entry that touched the item. */
  readonly admitted: Mark<number>[] = [];
  readonly orders: DurableOrder[] = [];
  /** Units a user held or owned of a promo, after every change; by `user/promo`. */
  readonly units = new Map<string, Mark<number>[]>();
  /** Nonces of admissions, by `user/promo`. */
  readonly nonces = new Map<string, Mark<number>[]>();
  /** Promos, and the entries that published them. */
  readonly published = new Map<number, Sequence>([[0, 0]]);
  /** Deliveries without a key, added and taken away: each was one command. */
  readonly keyless = { restock: 0, withdrawUnits: 0 };

  constructor(
    opened: Opened,
    readonly openedSeq: Sequence,
  ) {
    this.plain = new PlainItem(opened);
  }

  /** Keeps what holds now, after an event of entry `seq`. */
  note(seq: Sequence): void {
    const { plain } = this;
    const { loaded, held, sold, left, price, normalSale, normalLimit } = plain;
    const value: Moment = {
      ...{ loaded, held, sold, left, price, normalSale, normalLimit },
      promos: new Map([...plain.promos.keys()].map((promo) => [promo, this.#promo(promo)])),
      dues: plain.money.dues.length,
    };
    this.moments.push({ seq, value });
    this.left.push({ seq, value: left });
  }

  #promo(id: number): PromoMoment {
    const promo = this.plain.promos.get(id)!;
    const { limit, paused, ended, closed, startAt, endAt, people } = promo;
    const entrants = promo.entrants.filter(({ here }) => here);
    const users = [...entrants, ...promo.waiting, ...promo.admitted].map(({ user }) => user);
    return {
      ...{ limit, paused, ended, closed, startAt, endAt, people },
      room: promo.room(this.plain.left),
      outstanding: promo.admitted.length,
      stands: new Map(users.map((user) => [user, promo.stand(user)])),
    };
  }
}

/** What held at the end of an entry, and everything that came true after it. */
export function since<T>(marks: readonly Mark<T>[], seq: Sequence): T[] {
  const later = marks.findIndex((mark) => mark.seq > seq);
  const first = later < 0 ? marks.length - 1 : later - 1;
  return marks.slice(Math.max(first, 0)).map((mark) => mark.value);
}

/** What held at the end of an entry. */
export function upTo<T>(marks: readonly Mark<T>[], seq: Sequence): T | undefined {
  return marks.findLast((mark) => mark.seq <= seq)?.value;
}

/** Adds to the marks of a key. */
export function push<T>(map: Map<string, Mark<T>[]>, key: string, seq: Sequence, value: T): void {
  const marks = map.get(key) ?? [];
  marks.push({ seq, value });
  map.set(key, marks);
}
