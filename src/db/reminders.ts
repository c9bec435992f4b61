/** The sales that users want to be told of. They are erased with their user. */

/** A user's newest ones are kept, those before are forgotten. */
export const remindersMax = 50;

export interface Reminder {
  userId: number;
  promoId: number;
  itemId: number;
  /** Since when, in milliseconds since 1970 UTC. */
  createdAt: number;
}

export interface Reminders {
  /** What is there already stays as it is. False, and nothing kept, where there is no such user. */
  add(reminder: Reminder): Promise<boolean>;
  remove(userId: number, promoId: number): Promise<void>;
  /** Newest first. */
  ofUser(userId: number): Promise<Reminder[]>;
}
