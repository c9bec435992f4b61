/** What runs may share because it is slow to make: boards, and one SQL database. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { itemIdMax, loadedUnitsMax } from '../../actors/limits.ts';
import { Board } from '../../actors/memory/board.ts';
import { openSql } from '../db/open.ts';
import type { Sql } from '../db/sql.ts';

/** Processes one run may start: each needs a board that shows nothing yet. */
const boardsPerRun = 4;

/** Items in one run. */
const itemsPerRun = 2;

export class Workspace {
  readonly boards: readonly Board[];

  private constructor(
    readonly sql: Sql,
    private readonly folder: string,
  ) {
    this.boards = Array.from(
      { length: boardsPerRun },
      () => new Board(new SharedArrayBuffer(Board.bytes())),
    );
  }

  static async open(): Promise<Workspace> {
    const folder = mkdtempSync(join(tmpdir(), 'stampede-simulation-'));
    return new Workspace(await openSql({ databaseUrl: null, dataDir: folder }), folder);
  }

  /**
   * Items that no earlier run has used, so that every board is empty for them; null when none is left.
   */
  async freshItems(): Promise<number[] | null> {
    const items: number[] = [];
    for (let made = 0; made < itemsPerRun; made++) {
      const sold = { normalSale: true, limitPerUser: loadedUnitsMax, hidden: false };
      const draft = {
        title: 'Lamp',
        description: '',
        imageUrl: null,
        price: 1_000,
        createdAt: 0,
        ...sold,
      };
      items.push((await this.sql.catalog.createItem(draft)).id);
    }
    return items.at(-1)! > itemIdMax ? null : items;
  }

  async close(): Promise<void> {
    await this.sql.close();
    rmSync(this.folder, { recursive: true });
  }
}
