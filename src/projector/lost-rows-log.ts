/**
 * Says in the log which items and promos SQL has lost: soon after the start, after a partition has
 * recovered late, and after a database was restored under a running engine.
 */
import { getLogger } from '../../actors/log.ts';
import type { Board } from '../../actors/memory/board.ts';
import type { Sql } from '../db/sql.ts';
import { lostRows, lostText } from '../shop/lost-rows.ts';

/** It reads the numbers of the whole catalogue, so it looks no more often than this. */
const lookMs = 30_000;

export class LostRowsLog {
  #lookedAt = Number.NEGATIVE_INFINITY;
  #told: string | null = null;

  constructor(
    private readonly board: Board,
    private readonly sql: Pick<Sql, 'catalog'>,
  ) {}

  /** Looks, when it is time to. @throws SqlUnavailable */
  async look(): Promise<void> {
    const now = performance.now();
    if (now - this.#lookedAt < lookMs) return;
    const text = lostText(await lostRows({ board: this.board, sql: this.sql }));
    this.#lookedAt = now;
    if (text === this.#told) return;
    this.#told = text;
    if (text !== null) getLogger(['stampede', 'projector']).warning(text, {});
  }
}
