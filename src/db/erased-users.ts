/**
 * What stays of an erased account for 90 days: its number, and a hash of its telephone, keyed with TOKEN_SECRET.
 * Limits of purchases go by numbers: whoever could erase an account and register again under a new one would
 * buy as often as they like. So a telephone that registers again gets its old number back.
 *
 * And with the number its orders, rather than a rule that hides them: the telephone was proved by a one-time
 * password, which is all that a shop ever asks of its owner, and which would have opened the account a day
 * before. Who regrets having erased it reaches what they bought, and what is due back to them. Somebody else
 * gets the number only from a carrier that gives telephones away again within 90 days, and then sees what was
 * bought, but nothing of by whom. After that time nothing connects a telephone with the number any more.
 */

/** Carriers rest a telephone for about as long before it is somebody else's. Sales are over by then. */
export const erasedKeptMs = 90 * 24 * 3_600_000;

/** Keyed, in hex: see `KeyedHash`. A new TOKEN_SECRET forgets which telephones were erased. */
export type TelephoneHash = string;
