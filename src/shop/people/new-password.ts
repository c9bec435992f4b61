/** A new password for a user who holds the telephone; it ends all their sessions. */
import { type Asker, turnOfHolder } from '../../accounts/known-devices.ts';
import type { UserRow } from '../../db/sql.ts';
import type { NewPassword } from './input.ts';
import {
  agreed,
  giveWay,
  type PeopleOutcome,
  type PeopleParts,
  refusing,
  refusingCode,
} from './parts.ts';

/** @throws PasswordsBusy, SqlUnavailable, StoreUnavailable */
export async function setNewPassword(
  parts: PeopleParts,
  { telephone, otp, password }: NewPassword,
  asker: Asker,
): Promise<PeopleOutcome<UserRow>> {
  const { oneTimePasswords, passwords, devices, limits, sql, sessions } = parts;
  const guesser = devices.guesser(telephone, asker);
  const turn = turnOfHolder(telephone);
  if (!passwords.hasRoomFor(turn)) return refusing({ code: 30003 });
  const verdict = await oneTimePasswords.check(telephone, otp, guesser);
  if (verdict !== 'right') return refusingCode(verdict);
  // Only who holds the telephone learns this, and can register with the same one-time password.
  const known = await sql.users.byTelephone(telephone);
  if (known === null) return refusing({ code: 20001 });
  const hash = await giveWay(passwords.hash(password, turn), () =>
    oneTimePasswords.restore(telephone, guesser),
  );
  if (!(await oneTimePasswords.use(telephone, otp))) return refusingCode('used up');
  const { id } = known.user;
  // Before, so that no new password stands beside old sessions where the store fails in between; and
  // after, for those that the old password has opened in the meantime.
  await sessions.endAll(id);
  await sql.users.setPassword(id, hash);
  await sessions.endAll(id);
  // Whoever forgot a password has guessed at it before.
  await limits.forgive('logInByGuesser', `${telephone} ${guesser.id}`);
  return agreed(known.user);
}
