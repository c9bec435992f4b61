/** Keys of programs and administrators, in Postgres. */
import { and, desc, eq, getTableColumns, isNull, lt, or, type SQL } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/bun-sql';
import {
  type ApiKeyDraft,
  type ApiKeyRow,
  type ApiKeys,
  apiKeyRow,
  scopesText,
} from '../api-keys.ts';
import { apiKeys } from '../schema.postgres.ts';
import type { Connections } from './connections.ts';

const { hash: _hash, attempt: _attempt, ...columns } = getTableColumns(apiKeys);

export class PostgresApiKeys implements ApiKeys {
  readonly #connections: Connections;

  constructor(connections: Connections) {
    this.#connections = connections;
  }

  async create({ scopes, ...draft }: ApiKeyDraft): Promise<ApiKeyRow> {
    const values = { ...draft, scopes: scopesText(scopes) };
    const [made] = await this.#connections.run((client) =>
      drizzle(client).insert(apiKeys).values(values).onConflictDoNothing().returning(columns),
    );
    if (made !== undefined) return apiKeyRow(made);
    return (await this.#one(eq(apiKeys.hash, draft.hash)))!; // The conflict is with it.
  }

  async list(): Promise<ApiKeyRow[]> {
    const rows = await this.#connections.run((client) =>
      drizzle(client).select(columns).from(apiKeys).orderBy(desc(apiKeys.id)),
    );
    return rows.map(apiKeyRow);
  }

  byId(id: number): Promise<ApiKeyRow | null> {
    return this.#one(eq(apiKeys.id, id));
  }

  byHash(hash: string): Promise<ApiKeyRow | null> {
    return this.#one(eq(apiKeys.hash, hash));
  }

  async revoke(id: number, at: number, by: string): Promise<ApiKeyRow | null> {
    const live = and(eq(apiKeys.id, id), isNull(apiKeys.revokedAt));
    const set = { revokedAt: at, revokedBy: by };
    await this.#connections.run((client) => drizzle(client).update(apiKeys).set(set).where(live));
    return this.#one(eq(apiKeys.id, id));
  }

  async used(id: number, at: number): Promise<void> {
    const { lastUsedAt } = apiKeys;
    const earlier = and(eq(apiKeys.id, id), or(isNull(lastUsedAt), lt(lastUsedAt, at)));
    await this.#connections.run((client) =>
      drizzle(client).update(apiKeys).set({ lastUsedAt: at }).where(earlier),
    );
  }

  async #one(where: SQL): Promise<ApiKeyRow | null> {
    const [found] = await this.#connections.run((client) =>
      drizzle(client).select(columns).from(apiKeys).where(where),
    );
    return found === undefined ? null : apiKeyRow(found);
  }
}
