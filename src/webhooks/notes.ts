/** What is to be written into SQL of events: those that fail and wait, and the last few that were delivered. */
import type { WebhookRow } from '../db/webhooks.ts';
import type { Delivery } from './delivery.ts';

export class Notes {
  #changed = new Set<Delivery>();
  #recent: Delivery[] = [];
  /** What was handed out last and is not known to be written. */
  #underWay = new Set<Delivery>();

  constructor(private readonly recentMax: number) {}

  /** The event has a row, or must get one. */
  note(delivery: Delivery): void {
    this.#changed.add(delivery);
  }

  /** The event needs no row; it may have one, to be looked at. */
  recent(delivery: Delivery): void {
    this.#recent.push(delivery);
    if (this.#recent.length > 2 * this.recentMax)
      this.#recent = this.#recent.slice(-this.recentMax);
  }

  /** Hands out what is to be written; `written` or `unwritten` must follow. */
  begin(): ReadonlySet<Delivery> {
    this.#underWay = this.#changed;
    for (const delivery of this.#recent.slice(-this.recentMax)) this.#underWay.add(delivery);
    this.#changed = new Set();
    this.#recent = [];
    return this.#underWay;
  }

  written(): void {
    this.#underWay = new Set();
  }

  /** Nothing was written: it is to be written with what comes next. */
  unwritten(): void {
    for (const delivery of this.#underWay) this.#changed.add(delivery);
    this.#underWay = new Set();
  }

  drop(partition: number): void {
    const isOf = ({ message }: Delivery) => message.partition === partition;
    for (const set of [this.#changed, this.#underWay]) {
      for (const delivery of set) if (isOf(delivery)) set.delete(delivery);
    }
    this.#recent = this.#recent.filter((delivery) => !isOf(delivery));
  }
}

/** The rows of some events, by partition. */
export function rowsByPartition(
  deliveries: Iterable<Delivery>,
  isFirst: (delivery: Delivery) => boolean,
): Map<number, WebhookRow[]> {
  const rows = new Map<number, WebhookRow[]>();
  for (const delivery of deliveries) {
    const { partition } = delivery.message;
    const before = rows.get(partition) ?? [];
    before.push(delivery.row(isFirst(delivery)));
    rows.set(partition, before);
  }
  return rows;
}
