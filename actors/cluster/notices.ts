/** What the log is told of the other engines: who comes and goes, and what of theirs does not fit ours. */

import type { Self } from './beat.ts';
import type { Member, News } from './members.ts';
import { mismatches } from './own-shares.ts';

export interface NoticesWorld {
  log(level: 'info' | 'warning', message: string, details: Record<string, unknown>): void;
}

export class Notices {
  /** Warnings that have been given, and are not given again. */
  readonly #given = new Set<string>();

  constructor(
    private readonly self: Self,
    private readonly world: NoticesWorld,
  ) {}

  tell(news: readonly News[]): void {
    for (const { what, member } of news) {
      const { address, version, actorThreads } = member.beat;
      const level = what === 'is gone' ? 'warning' : 'info';
      const details = { engine: member.id, address, version, actorThreads };
      this.world.log(level, `an engine of the cluster ${what}`, details);
    }
  }

  /** Warns of what the engines must have in common and have not. */
  compare(others: readonly Member[]): void {
    const { common, layout } = this.self;
    for (const { id, beat } of others) {
      const found = mismatches(common, beat.common);
      if (beat.layout !== layout) found.push('another layout of records: nothing is sent to it');
      const details = { engine: id, address: beat.address };
      for (const what of found) this.warnOnce(`an engine of the cluster has ${what}`, details);
    }
  }

  warnOnce(message: string, details: Record<string, unknown>): void {
    const key = message + JSON.stringify(details);
    if (this.#given.has(key)) return;
    if (this.#given.size >= givenMax) this.#given.clear();
    this.#given.add(key);
    this.world.log('warning', message, details);
  }
}

/** Warnings that are remembered, so that a visitor with ever new names does not fill memory. */
const givenMax = 1_000;
