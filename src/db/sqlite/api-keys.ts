/** Keys of programs and administrators, in SQLite. */
import { and, desc, eq, getTableColumns, isNull, lt, or, type SQL } from 'drizzle-orm';
import type { BunSQLiteDatabase } from 'drizzle-orm/bun-sqlite';
import {
  type ApiKeyDraft,
  type ApiKeyRow,
  type ApiKeys,
  apiKeyRow,
  scopesText,
} from '../api-keys.ts';
import { apiKeys } from '../schema.sqlite.ts';
import { guarded } from './connect.ts';

const { hash: _hash, attempt: _attempt, ...columns } = getTableColumns(apiKeys);

export class SqliteApiKeys implements ApiKeys {
  constructor(readonly database: BunSQLiteDatabase) {}

  async create({ scopes, ...draft }: ApiKeyDraft): Promise<ApiKeyRow> {
    const values = { ...draft, scopes: scopesText(scopes) };
    const insert = this.database.insert(apiKeys).values(values).onConflictDoNothing();
    const made = guarded(() => insert.returning(columns).get());
    if (made !== undefined) return apiKeyRow(made);
    return this.#one(eq(apiKeys.hash, draft.hash))!; // The conflict is with it.
  }

  async list(): Promise<ApiKeyRow[]> {
    const all = this.database.select(columns).from(apiKeys).orderBy(desc(apiKeys.id));
    return guarded(() => all.all()).map(apiKeyRow);
  }

  async byId(id: number): Promise<ApiKeyRow | null> {
    return this.#one(eq(apiKeys.id, id));
  }

  async byHash(hash: string): Promise<ApiKeyRow | null> {
    return this.#one(eq(apiKeys.hash, hash));
  }

  async revoke(id: number, at: number, by: string): Promise<ApiKeyRow | null> {
    const live = and(eq(apiKeys.id, id), isNull(apiKeys.revokedAt));
    const set = { revokedAt: at, revokedBy: by };
    guarded(() => this.database.update(apiKeys).set(set).where(live).run());
    return this.#one(eq(apiKeys.id, id));
  }

  async used(id: number, at: number): Promise<void> {
    const { lastUsedAt } = apiKeys;
    const earlier = and(eq(apiKeys.id, id), or(isNull(lastUsedAt), lt(lastUsedAt, at)));
    guarded(() => this.database.update(apiKeys).set({ lastUsedAt: at }).where(earlier).run());
  }

  #one(where: SQL): ApiKeyRow | null {
    const found = guarded(() => this.database.select(columns).from(apiKeys).where(where).get());
    return found === undefined ? null : apiKeyRow(found);
  }
}
