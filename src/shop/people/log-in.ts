/**
 * Logging in, by password or by one-time password. Wrong passwords count against whoever guesses: an
 * address, or a browser that the owner has used. So a stranger can lock out strangers, and never the
 * owner, to whom a one-time password is open besides.
 */
import { type Asker, turnOf } from '../../accounts/known-devices.ts';
import type { Session } from '../../accounts/sessions.ts';
import type { UserRow } from '../../db/sql.ts';
import type { LogIn } from './input.ts';
import {
  agreed,
  giveWay,
  type PeopleOutcome,
  type PeopleParts,
  refusing,
  refusingCode,
  refusingLimit,
} from './parts.ts';

export interface LoggedIn {
  session: Session;
  user: UserRow;
  /** The mark for the browser to keep; see `KnownDevices`. */
  device: string;
}

type Ask<K extends string> = Extract<LogIn, Record<K, string>>;

/** @throws PasswordsBusy, SqlUnavailable, StoreUnavailable */
export function logIn(
  parts: PeopleParts,
  ask: LogIn,
  asker: Asker,
): Promise<PeopleOutcome<LoggedIn>> {
  return 'otp' in ask ? byCode(parts, ask, asker) : byPassword(parts, ask, asker);
}

async function byPassword(
  parts: PeopleParts,
  ask: Ask<'password'>,
  asker: Asker,
): Promise<PeopleOutcome<LoggedIn>> {
  const { value, refused } = await provePassword(parts, ask, asker);
  if (refused !== null) return refusing(refused);
  return agreed(await openSession(parts, value.user, asker, value.generation));
}

/** A user who has proved who they are, and the generation of their sessions before that. */
interface Proved {
  user: UserRow;
  generation: string;
}

/**
 * Judges a password. Unknown telephones take the same path, and the same work, as wrong passwords.
 * @throws PasswordsBusy, SqlUnavailable, StoreUnavailable
 */
export async function provePassword(
  parts: PeopleParts,
  { telephone, password }: Ask<'password'>,
  asker: Asker,
): Promise<PeopleOutcome<Proved>> {
  const { passwords, limits, devices, sql } = parts;
  const who = devices.guesser(telephone, asker);
  const { id, isKnown } = who;
  const turn = turnOf(telephone, who);
  if (!passwords.hasRoomFor(turn)) return refusing({ code: 30003 });
  const guesser = `${telephone} ${id}`;
  const limit = await limits.spend('logInByGuesser', guesser);
  if (!limit.allowed) return refusingLimit(limit);
  if (!isKnown) {
    const all = await limits.spend('logInByStrangers', telephone);
    if (!all.allowed) return refusingLimit(all);
  }
  const known = await sql.users.byTelephone(telephone);
  const right = await giveWay(
    passwords.verify(password, known?.passwordHash ?? null, turn),
    async () => {
      await limits.giveBack('logInByGuesser', guesser);
      if (!isKnown) await limits.giveBack('logInByStrangers', telephone);
    },
  );
  if (known === null || !right) return refusing({ code: 20002 });
  await limits.forgive('logInByGuesser', guesser);
  if (!isKnown) await limits.giveBack('logInByStrangers', telephone);
  const generation = await parts.sessions.generation(known.user.id);
  // The password may have been replaced while it was compared. If it is only now, the sessions that are
  // then ended include this one: it is of the generation before.
  const now = await sql.users.byTelephone(telephone);
  if (now?.passwordHash !== known.passwordHash) return refusing({ code: 20002 });
  return agreed({ user: known.user, generation });
}

async function byCode(
  parts: PeopleParts,
  { telephone, otp }: Ask<'otp'>,
  asker: Asker,
): Promise<PeopleOutcome<LoggedIn>> {
  const { oneTimePasswords, limits, devices, sql, sessions } = parts;
  const guesser = devices.guesser(telephone, asker);
  const verdict = await oneTimePasswords.check(telephone, otp, guesser);
  if (verdict !== 'right') return refusingCode(verdict);
  // Only who holds the telephone learns this, and can register with the same one-time password.
  const known = await sql.users.byTelephone(telephone);
  if (known === null) return refusing({ code: 20001 });
  const generation = await sessions.generation(known.user.id);
  // The account may have been erased just before; if it is only now, this session ends with the others.
  const now = await sql.users.byTelephone(telephone);
  if (now?.user.createdAt !== known.user.createdAt) return refusing({ code: 20001 });
  if (!(await oneTimePasswords.use(telephone, otp))) return refusingCode('used up');
  await limits.forgive('logInByGuesser', `${telephone} ${guesser.id}`);
  return agreed(await openSession(parts, known.user, asker, generation));
}

/**
 * Opens a session for a user who has proved who they are. A browser that is known already keeps its
 * mark, and what it has left to guess.
 * @param generation - where it was read before the proof was judged.
 */
export async function openSession(
  { sessions, devices }: PeopleParts,
  user: UserRow,
  asker: Asker,
  generation?: string,
): Promise<LoggedIn> {
  const { isKnown } = devices.guesser(user.telephone, asker);
  const device = isKnown && asker.device !== null ? asker.device : devices.mark(user.telephone);
  const of = generation ?? (await sessions.generation(user.id));
  return { session: await sessions.open(user.id, of), user, device };
}
