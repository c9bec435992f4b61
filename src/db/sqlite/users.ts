/** Users and their passwords in SQLite. */
import { eq, getTableColumns, inArray } from 'drizzle-orm';
import type { BunSQLiteDatabase } from 'drizzle-orm/bun-sqlite';
import { userPasswords, users } from '../schema.sqlite.ts';
import type { UserDraft, UserRow, Users } from '../sql.ts';
import { newUserId } from '../user-id.ts';
import { guarded } from './connect.ts';

export class SqliteUsers implements Users {
  constructor(readonly database: BunSQLiteDatabase) {}

  async create(draft: UserDraft, passwordHash: string): Promise<UserRow | null> {
    return guarded(() =>
      this.database.transaction(
        (transaction) => {
          const user = insertUser(transaction, draft);
          if (user === null) return null;
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
}

/** Null where the telephone is registered. */
function insertUser(
  database: Pick<BunSQLiteDatabase, 'insert' | 'select'>,
  draft: UserDraft,
): UserRow | null {
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
