/** Sends a one-time password to a telephone, whether it is registered or not: nobody learns which. */
import type { Asker } from '../../accounts/known-devices.ts';
import type { SendOutcome } from '../../accounts/one-time-passwords.ts';
import { agreed, type PeopleOutcome, type PeopleParts, refusing } from './parts.ts';

type Sent = Extract<SendOutcome, { sent: true }>;

/** @throws SmsFailed, StoreUnavailable */
export async function sendCode(
  { oneTimePasswords, devices }: Pick<PeopleParts, 'oneTimePasswords' | 'devices'>,
  telephone: string,
  asker: Asker,
): Promise<PeopleOutcome<Sent>> {
  const outcome = await oneTimePasswords.send(telephone, devices.guesser(telephone, asker));
  if (outcome.sent) return agreed(outcome);
  return refusing({ code: 10003, retryAfterMs: outcome.retryAfterMs });
}
