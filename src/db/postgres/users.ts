/** Users and their passwords in Postgres. */
import { eq, getTableColumns, inArray, lte, or } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/bun-sql';
import { erasedKeptMs, type TelephoneHash } from '../erased-users.ts';
import { erasedUsers, userPasswords, users } from '../schema.postgres.ts';
import type { UserDraft, UserRow, Users } from '../sql.ts';
import { newUserId } from '../user-id.ts';
import type { Connections } from './connections.ts';

export class PostgresUsers implements Users {
  readonly #connections: Connections;

  constructor(connections: Connections) {
    this.#connections = connections;
  }

  create(
    draft: UserDraft,
    passwordHash: string,
    telephoneHash: TelephoneHash,
  ): Promise<UserRow | null> {
    return this.#connections.run(async (client) => {
      const database = drizzle(client);
      const made = await insertUser(database, draft);
      if (made === null) return null;
      const user = await withFormerNumber(database, made, telephoneHash);
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

  async erase(id: number, telephoneHash: TelephoneHash, at: number): Promise<void> {
    await this.#connections.run(async (client) => {
      const database = drizzle(client);
      const [gone] = await database.delete(users).where(eq(users.id, id)).returning();
      if (gone === undefined) return;
      // Only a row that was put back by hand has left something of its account.
      const own = or(eq(erasedUsers.id, id), eq(erasedUsers.telephoneHash, telephoneHash));
      await database.delete(erasedUsers).where(or(own, isOld(at)));
      await database.insert(erasedUsers).values({ id, telephoneHash, erasedAt: at });
    });
  }
}

type Transaction = ReturnType<typeof drizzle>;

/** Null where the telephone is registered. */
async function insertUser(database: Transaction, draft: UserDraft): Promise<UserRow | null> {
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

/**
 * The user, who has registered just now, under the number that their telephone had when it was erased. It is
 * looked for after the insert, which has waited for an erasure of the telephone that was under way.
 */
async function withFormerNumber(
  database: Transaction,
  user: UserRow,
  telephoneHash: TelephoneHash,
): Promise<UserRow> {
  await database.delete(erasedUsers).where(isOld(user.createdAt));
  const own = eq(erasedUsers.telephoneHash, telephoneHash);
  const [former] = await database.delete(erasedUsers).where(own).returning();
  if (former === undefined) return user;
  const { id } = former;
  await database.update(users).set({ id }).where(eq(users.id, user.id));
  return { ...user, id };
}

/** Which erased accounts nothing is kept of any more. */
function isOld(now: number) {
  return lte(erasedUsers.erasedAt, now - erasedKeptMs);
}
