/** Users and their passwords in SQLite. */
import { eq, getTableColumns, inArray, lte, or } from 'drizzle-orm';
import type { BunSQLiteDatabase } from 'drizzle-orm/bun-sqlite';
import { erasedKeptMs, type TelephoneHash } from '../erased-users.ts';
import { erasedUsers, userPasswords, users } from '../schema.sqlite.ts';
import type { UserDraft, UserRow, Users } from '../sql.ts';
import { newUserId } from '../user-id.ts';
import { guarded } from './connect.ts';

export class SqliteUsers implements Users {
  constructor(readonly database: BunSQLiteDatabase) {}

  async create(
    draft: UserDraft,
    passwordHash: string,
    telephoneHash: TelephoneHash,
  ): Promise<UserRow | null> {
    return guarded(() =>
      this.database.transaction(
        (transaction) => {
          const made = insertUser(transaction, draft);
          if (made === null) return null;
          const user = withFormerNumber(transaction, made, telephoneHash);
          transaction.insert(userPasswords).values({ userId: user.id, hash: passwordHash }).run();
          return user;
        },
        { behavior: 'immediate' },
      ),
    );
  }

  async byId(id: number): Promise<UserRow | null> {
    return guarded(() => this.database.select().from(users).where(eq(users.id, id)).get() ?? null);
  }

  async byIds(ids: readonly number[]): Promise<UserRow[]> {
    return guarded(() =>
      this.database
        .select()
        .from(users)
        .where(inArray(users.id, [...ids]))
        .all(),
    );
  }

  async byTelephone(telephone: string): Promise<{ user: UserRow; passwordHash: string } | null> {
    return guarded(
      () =>
        this.database
          .select({ user: getTableColumns(users), passwordHash: userPasswords.hash })
          .from(users)
          .innerJoin(userPasswords, eq(userPasswords.userId, users.id))
          .where(eq(users.telephone, telephone))
          .get() ?? null,
    );
  }

  async setPassword(id: number, passwordHash: string): Promise<void> {
    guarded(() =>
      this.database
        .update(userPasswords)
        .set({ hash: passwordHash })
        .where(eq(userPasswords.userId, id))
        .run(),
    );
  }

  async erase(id: number, telephoneHash: TelephoneHash, at: number): Promise<void> {
    guarded(() =>
      this.database.transaction(
        (transaction) => {
          const gone = transaction.delete(users).where(eq(users.id, id)).returning().get();
          if (gone === undefined) return;
          // Only a row that was put back by hand has left something of its account.
          const own = or(eq(erasedUsers.id, id), eq(erasedUsers.telephoneHash, telephoneHash));
          transaction
            .delete(erasedUsers)
            .where(or(own, isOld(at)))
            .run();
          transaction.insert(erasedUsers).values({ id, telephoneHash, erasedAt: at }).run();
        },
        { behavior: 'immediate' },
      ),
    );
  }
}

type Transaction = Pick<BunSQLiteDatabase, 'insert' | 'select' | 'update' | 'delete'>;

/** Null where the telephone is registered. */
function insertUser(database: Transaction, draft: UserDraft): UserRow | null {
  for (let at = draft.createdAt; ; at++) {
    const insert = database.insert(users).values({ id: newUserId(at), ...draft });
    const user = insert.onConflictDoNothing().returning().get();
    if (user !== undefined) return user;
    const { telephone } = draft;
    const known = database.select().from(users).where(eq(users.telephone, telephone)).get();
    if (known !== undefined) return null;
    // Another user has the number; the next millisecond has others.
  }
}

/** The user, who has registered just now, under the number that their telephone had when it was erased. */
function withFormerNumber(
  database: Transaction,
  user: UserRow,
  telephoneHash: TelephoneHash,
): UserRow {
  database.delete(erasedUsers).where(isOld(user.createdAt)).run();
  const own = eq(erasedUsers.telephoneHash, telephoneHash);
  const former = database.delete(erasedUsers).where(own).returning().get();
  if (former === undefined) return user;
  const { id } = former;
  database.update(users).set({ id }).where(eq(users.id, user.id)).run();
  return { ...user, id };
}

/** Which erased accounts nothing is kept of any more. */
function isOld(now: number) {
  return lte(erasedUsers.erasedAt, now - erasedKeptMs);
}
