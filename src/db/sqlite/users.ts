/** Users and their passwords in SQLite. */
import { eq, getTableColumns } from 'drizzle-orm';
import type { BunSQLiteDatabase } from 'drizzle-orm/bun-sqlite';
import { userPasswords, users } from '../schema.sqlite.ts';
import type { UserDraft, UserRow, Users } from '../sql.ts';
import { guarded } from './connect.ts';

export class SqliteUsers implements Users {
  constructor(readonly database: BunSQLiteDatabase) {}

  async create(draft: UserDraft, passwordHash: string): Promise<UserRow | null> {
    return guarded(() =>
      this.database.transaction(
        (transaction) => {
          const insert = transaction.insert(users).values(draft).onConflictDoNothing();
          const user = insert.returning().get() ?? null;
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
