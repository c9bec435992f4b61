/** Users and their passwords in Postgres. */
import { eq, getTableColumns, inArray } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/bun-sql';
import { userPasswords, users } from '../schema.postgres.ts';
import type { UserDraft, UserRow, Users } from '../sql.ts';
import { newUserId } from '../user-id.ts';
import type { Connections } from './connections.ts';

export class PostgresUsers implements Users {
  readonly #connections: Connections;

  constructor(connections: Connections) {
    this.#connections = connections;
  }

  create(draft: UserDraft, passwordHash: string): Promise<UserRow | null> {
    return this.#connections.run(async (client) => {
      const database = drizzle(client);
      const user = await insertUser(database, draft);
      if (user === null) return null;
      await database.insert(userPasswords).values({ userId: user.id, hash: passwordHash });
      return user;
    });
  }

  async byId(id: number): Promise<UserRow | null> {
    const [user] = await this.#connections.run((client) =>
      drizzle(client).select().from(users).where(eq(users.id, id)),
    );
    return user ?? null;
  }

  byIds(ids: readonly number[]): Promise<UserRow[]> {
    return this.#connections.run((client) =>
      drizzle(client)
        .select()
        .from(users)
        .where(inArray(users.id, [...ids])),
    );
  }

  async byTelephone(telephone: string): Promise<{ user: UserRow; passwordHash: string } | null> {
    const [found] = await this.#connections.run((client) =>
      drizzle(client)
        .select({ user: getTableColumns(users), passwordHash: userPasswords.hash })
        .from(users)
        .innerJoin(userPasswords, eq(userPasswords.userId, users.id))
        .where(eq(users.telephone, telephone)),
    );
    return found ?? null;
  }

  async setPassword(id: number, passwordHash: string): Promise<void> {
    await this.#connections.run((client) =>
      drizzle(client)
        .update(userPasswords)
        .set({ hash: passwordHash })
        .where(eq(userPasswords.userId, id)),
    );
  }
}

/** Null where the telephone is registered. */
async function insertUser(
  database: ReturnType<typeof drizzle>,
  draft: UserDraft,
): Promise<UserRow | null> {
  for (let at = draft.createdAt; ; at++) {
    const insert = database.insert(users).values({ id: newUserId(at), ...draft });
    const [user] = await insert.onConflictDoNothing().returning();
    if (user !== undefined) return user;
    const { telephone } = draft;
    const [known] = await database.select().from(users).where(eq(users.telephone, telephone));
    if (known !== undefined) return null;
    // Another user has the number; the next millisecond has others.
  }
}
