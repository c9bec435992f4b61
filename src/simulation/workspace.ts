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

/** The same where they form a cluster. */
const boardsPerCluster = 8;

/** Items in one run. */
const itemsPerRun = 2;

/** Memory that threads can share is given back late, and this is much: each workspace uses the same again. */
const boardMemories = Array.from(
  { length: boardsPerCluster },
  () => new SharedArrayBuffer(Board.bytes()),
);
let isOpen = false;

export class Workspace {
  readonly boards: readonly Board[];
  readonly clusterBoards: readonly Board[];

  private constructor(
    readonly sql: Sql,
    private readonly folder: string,
  ) {
    if (isOpen) throw new Error('one workspace at a time');
    isOpen = true;
    this.clusterBoards = boardMemories.map((memory) => new Board(memory));
    this.boards = this.clusterBoards.slice(0, boardsPerRun);
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
    for (const memory of boardMemories) new Float64Array(memory).fill(0);
    isOpen = false;
    await this.sql.close();
    rmSync(this.folder, { recursive: true });
  }
}
