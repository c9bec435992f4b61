/** Registers a user who holds the telephone. */
import { type Asker, turnOfHolder } from '../../accounts/known-devices.ts';
import type { UserRow } from '../../db/sql.ts';
import type { Registration } from './input.ts';
import {
  agreed,
  giveWay,
  type PeopleOutcome,
  type PeopleParts,
  refusing,
  refusingCode,
} from './parts.ts';

/** @throws PasswordsBusy, SqlUnavailable, StoreUnavailable */
export async function register(
  parts: PeopleParts,
  { otp, password, ...person }: Registration,
  asker: Asker,
): Promise<PeopleOutcome<UserRow>> {
  const { oneTimePasswords, passwords, devices, sql, clock, telephoneHash } = parts;
  const { telephone } = person;
  const turn = turnOfHolder(telephone);
  if (!passwords.hasRoomFor(turn)) return refusing({ code: 30003 });
  const guesser = devices.guesser(telephone, asker);
  // The one-time password is checked first, so that no one without it can make us hash; it is used
  // up last, so that a user who was told to try again still has it.
  const verdict = await oneTimePasswords.check(telephone, otp, guesser);
  if (verdict !== 'right') return refusingCode(verdict);
  const hash = await giveWay(passwords.hash(password, turn), () =>
    oneTimePasswords.restore(telephone, guesser),
  );
  if (!(await oneTimePasswords.use(telephone, otp))) return refusingCode('used up');
  const draft = { ...person, createdAt: clock() };
  const user = await sql.users.create(draft, hash, telephoneHash(telephone));
  return user === null ? refusing({ code: 20004 }) : agreed(user);
}
