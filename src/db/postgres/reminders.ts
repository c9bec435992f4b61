/** The sales that users want to be told of, in Postgres. */
import { and, desc, eq, notInArray } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/bun-sql';
import { type Reminder, type Reminders, remindersMax } from '../reminders.ts';
import { reminders, users } from '../schema.postgres.ts';
import type { Connections } from './connections.ts';

const { userId, promoId, createdAt } = reminders;

export class PostgresReminders implements Reminders {
  readonly #connections: Connections;

  constructor(connections: Connections) {
    this.#connections = connections;
  }

  add(reminder: Reminder): Promise<boolean> {
    return this.#connections.run(async (client) => {
      const database = drizzle(client);
      // Nobody may erase the user in between, and their requests come one after the other.
      const own = database.select({ id: users.id }).from(users);
      const [user] = await own.where(eq(users.id, reminder.userId)).for('update');
      if (user === undefined) return false;
      await database.insert(reminders).values(reminder).onConflictDoNothing();
      const newest = database
        .select({ promoId })
        .from(reminders)
        .where(eq(userId, reminder.userId))
        .orderBy(desc(createdAt), desc(promoId))
        .limit(remindersMax);
      const older = and(eq(userId, reminder.userId), notInArray(promoId, newest));
      await database.delete(reminders).where(older);
      return true;
    });
  }

  async remove(user: number, promo: number): Promise<void> {
    const one = and(eq(userId, user), eq(promoId, promo));
    await this.#connections.run((client) => drizzle(client).delete(reminders).where(one));
  }

  ofUser(user: number): Promise<Reminder[]> {
    return this.#connections.run((client) =>
      drizzle(client)
        .select()
        .from(reminders)
        .where(eq(userId, user))
        .orderBy(desc(createdAt), desc(promoId)),
    );
  }
}
