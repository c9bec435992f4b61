/** Events of one order form a lane: the first is tried, the others wait until it is settled. */
import type { Delivery } from './delivery.ts';

export class Lanes {
  readonly #lanes = new Map<number, Delivery[]>();

  /** Puts an event behind those of its order; returns whether it is the first. */
  add(delivery: Delivery): boolean {
    const { lane } = delivery.message;
    if (lane === null) return true;
    const before = this.#lanes.get(lane);
    if (before === undefined) {
      this.#lanes.set(lane, [delivery]);
      return true;
    }
    before.push(delivery);
    return false;
  }

  isFirst(delivery: Delivery): boolean {
    const { lane } = delivery.message;
    return lane === null || this.#lanes.get(lane)?.[0] === delivery;
  }

  /** The first event of an event's order. */
  firstOf(delivery: Delivery): Delivery {
    const { lane } = delivery.message;
    return (lane === null ? undefined : this.#lanes.get(lane)?.[0]) ?? delivery;
  }

  /** The events that wait behind the first of an order. */
  behind(first: Delivery): readonly Delivery[] {
    const { lane } = first.message;
    return lane === null ? [] : (this.#lanes.get(lane)?.slice(1) ?? []);
  }

  /** The first event of an order is settled; returns the one that is first now. */
  settled(first: Delivery): Delivery | null {
    const { lane } = first.message;
    if (lane === null) return null;
    const all = this.#lanes.get(lane);
    if (all?.[0] !== first) return null;
    all.shift();
    if (all.length === 0) this.#lanes.delete(lane);
    return all[0] ?? null;
  }

  /** Drops every event of a partition. */
  drop(partition: number): void {
    for (const [lane, all] of this.#lanes) {
      if (all[0]!.message.partition === partition) this.#lanes.delete(lane);
    }
  }
}
