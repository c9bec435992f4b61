/**
 * Erases accounts. Orders, places in queues and what is due back belong to a number, and are the journal's: they
 * stay under it. Unpaid orders expire, and places lapse, as if the user had gone away.
 */
import type { Asker } from '../../accounts/known-devices.ts';
import { provePassword } from './log-in.ts';
import { agreed, type PeopleOutcome, type PeopleParts, refusing } from './parts.ts';

/** Erases a user's account, and ends their sessions. @throws SqlUnavailable, StoreUnavailable */
export async function eraseAccount(
  { sql, sessions, telephoneHash, clock }: PeopleParts,
  userId: number,
): Promise<void> {
  const user = await sql.users.byId(userId);
  if (user !== null) await sql.users.erase(userId, telephoneHash(user.telephone), clock());
  // Last, so that where SQL is away the user can ask again; and also where an earlier try came only so far.
  await sessions.endAll(userId);
}

/**
 * The same for whoever knows the password too.
 * @throws PasswordsBusy, SqlUnavailable, StoreUnavailable
 */
export async function eraseByPassword(
  parts: PeopleParts,
  { userId, password }: { userId: number; password: string },
  asker: Asker,
): Promise<PeopleOutcome<null>> {
  const user = await parts.sql.users.byId(userId);
  if (user !== null) {
    const { telephone } = user;
    const { refused } = await provePassword(parts, { telephone, password }, asker);
    if (refused !== null) return refusing(refused);
  }
  await eraseAccount(parts, userId);
  return agreed(null);
}
