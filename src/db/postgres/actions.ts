/** The log of actions, in Postgres. */
import { desc, lt } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/bun-sql';
import type { ActionDraft, ActionRow, Actions } from '../actions.ts';
import { actions } from '../schema.postgres.ts';
import type { Connections } from './connections.ts';

export class PostgresActions implements Actions {
  readonly #connections: Connections;

  constructor(connections: Connections) {
    this.#connections = connections;
  }

  async add(drafts: readonly ActionDraft[]): Promise<void> {
    await this.#connections.run((client) =>
      drizzle(client)
        .insert(actions)
        .values([...drafts]),
    );
  }

  list(before: number | null, limit: number): Promise<ActionRow[]> {
    const older = before === null ? undefined : lt(actions.id, before);
    return this.#connections.run((client) =>
      drizzle(client).select().from(actions).where(older).orderBy(desc(actions.id)).limit(limit),
    );
  }
}
