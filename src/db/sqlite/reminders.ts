/** The sales that users want to be told of, in SQLite. */
import { and, desc, eq, notInArray } from 'drizzle-orm';
import type { BunSQLiteDatabase } from 'drizzle-orm/bun-sqlite';
import { type Reminder, type Reminders, remindersMax } from '../reminders.ts';
import { reminders, users } from '../schema.sqlite.ts';
import { guarded } from './connect.ts';

const { userId, promoId, createdAt } = reminders;

export class SqliteReminders implements Reminders {
  constructor(readonly database: BunSQLiteDatabase) {}

  async add(reminder: Reminder): Promise<boolean> {
    return guarded(() =>
      this.database.transaction(
        (transaction) => {
          const own = eq(users.id, reminder.userId);
          if (transaction.select({ id: users.id }).from(users).where(own).get() === undefined) {
            return false;
          }
          transaction.insert(reminders).values(reminder).onConflictDoNothing().run();
          const newest = transaction
            .select({ promoId })
            .from(reminders)
            .where(eq(userId, reminder.userId))
            .orderBy(desc(createdAt), desc(promoId))
            .limit(remindersMax);
          const older = and(eq(userId, reminder.userId), notInArray(promoId, newest));
          transaction.delete(reminders).where(older).run();
          return true;
        },
        { behavior: 'immediate' },
      ),
    );
  }

  async remove(user: number, promo: number): Promise<void> {
    const one = and(eq(userId, user), eq(promoId, promo));
    guarded(() => this.database.delete(reminders).where(one).run());
  }

  async ofUser(user: number): Promise<Reminder[]> {
    return guarded(() =>
      this.database
        .select()
        .from(reminders)
        .where(eq(userId, user))
        .orderBy(desc(createdAt), desc(promoId))
        .all(),
    );
  }
}
