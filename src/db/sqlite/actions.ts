/** The log of actions, in SQLite. */
import { desc, lt } from 'drizzle-orm';
import type { BunSQLiteDatabase } from 'drizzle-orm/bun-sqlite';
import type { ActionDraft, ActionRow, Actions } from '../actions.ts';
import { actions } from '../schema.sqlite.ts';
import { guarded } from './connect.ts';

export class SqliteActions implements Actions {
  constructor(readonly database: BunSQLiteDatabase) {}

  async add(drafts: readonly ActionDraft[]): Promise<void> {
    guarded(() =>
      this.database
        .insert(actions)
        .values([...drafts])
        .run(),
    );
  }

  async list(before: number | null, limit: number): Promise<ActionRow[]> {
    const older = before === null ? undefined : lt(actions.id, before);
    const select = this.database.select().from(actions).where(older);
    return guarded(() => select.orderBy(desc(actions.id)).limit(limit).all());
  }
}
