/** What merchants wish of webhooks: HTTP threads write it into SQL, the sender of the partition does it. */
import type { Sql } from '../db/sql.ts';
import type { WebhookWish } from '../db/webhooks.ts';
import { testMessage } from './messages.ts';
import type { Schedule } from './schedule.ts';

interface WishParts {
  sql: Pick<Sql, 'webhooks'>;
  clock(): number;
}

export class Wishes {
  /** By id: done, and not known to be removed from SQL. */
  readonly #done = new Map<number, WebhookWish>();

  constructor(
    private readonly parts: WishParts,
    private readonly schedule: Schedule,
    /** Goes on from the journal's end where it is not the one that was told. */
    private readonly beginAnew: (partition: number) => Promise<void>,
  ) {}

  /** Does what is wished of partitions that the schedule holds. @throws SqlUnavailable */
  async heed(): Promise<void> {
    const wishes = await this.parts.sql.webhooks.wishes();
    for (const wish of wishes) {
      if (this.#done.has(wish.id) || !this.schedule.holds(wish.partition)) continue;
      await this.#do(wish);
      this.#done.set(wish.id, wish);
    }
  }

  /** The wishes of a partition that the next record may remove. */
  fulfilled(partition: number): number[] {
    const own = [...this.#done.values()].filter((wish) => wish.partition === partition);
    return own.map(({ id }) => id);
  }

  written(fulfilled: readonly number[]): void {
    for (const id of fulfilled) this.#done.delete(id);
  }

  async #do({ kind, partition, about }: WebhookWish): Promise<void> {
    const { schedule, parts } = this;
    switch (kind) {
      case 'again': {
        if (about === null || schedule.hurry(about)) return;
        const row = await parts.sql.webhooks.byId(about);
        if (row !== null && row.state !== 'waiting') schedule.again(row);
        return;
      }
      case 'all':
        schedule.health.hurry();
        return schedule.hurryAll();
      case 'goOn':
        schedule.health.goOn();
        schedule.hurryAll();
        return this.beginAnew(partition);
      case 'test':
        return schedule.test(testMessage(partition, parts.clock(), crypto.randomUUID()));
    }
  }
}
