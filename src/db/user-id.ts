/**
 * The numbers of users. They follow from the time of registration, not from what the database holds:
 * a database that was restored from before a registration, even under a running engine, cannot give
 * the lost account's number away again, together with its orders, its sessions and its purchase tokens.
 */

/** 2020-01-01 UTC. Counted from here, numbers keep to 15 digits, all that a spreadsheet shows, until 2051. */
const epochMs = Date.UTC(2020, 0, 1);

/** Numbers that may be given in one millisecond: which of them is left to chance. */
const idsInMs = 1_000;

/** A number for a user who registers at a time in milliseconds since 1970 UTC. */
export function newUserId(at: number): number {
  const sinceMs = Math.max(Math.floor(at) - epochMs, 1);
  return sinceMs * idsInMs + Math.floor(Math.random() * idsInMs);
}
