import { describe, expect, mock, setDefaultTimeout, spyOn, test } from 'bun:test';
import { isCommonPassword } from './common-passwords.ts';
import { Passwords, PasswordsBusy } from './passwords.ts';

setDefaultTimeout(240_000);

describe('passwords', () => {
  test('are hashed with argon2id, each with its own salt, and can be verified', async () => {
    const passwords = new Passwords();
    const hash = await passwords.hash('correct horse', 'me');
    expect(hash).toStartWith('$argon2id$v=19$m=19456,t=2,p=1$');
    expect(await passwords.hash('correct horse', 'me')).not.toBe(hash);
    expect(await passwords.verify('correct horse', hash, 'me')).toBe(true);
    expect(await passwords.verify('correct horsf', hash, 'me')).toBe(false);
  });

  test('are told apart by every character, even the last and beyond ASCII', async () => {
    const passwords = new Passwords();
    const long = `${'密'.repeat(127)}码`;
    const hash = await passwords.hash(long, 'me');
    expect(await passwords.verify(long, hash, 'me')).toBe(true);
    expect(await passwords.verify(`${'密'.repeat(127)}玛`, hash, 'me')).toBe(false);
  });

  test('without a hash are never right, after the same work', async () => {
    const verify = spyOn(Bun.password, 'verify');
    try {
      const passwords = new Passwords();
      const hash = await passwords.hash('something', 'me');
      expect(await passwords.verify('anything', hash, 'me')).toBe(false);
      expect(await passwords.verify('anything', null, 'me')).toBe(false);
      // Algorithm, costs, and bytes of salt and hash.
      const form = (phc: string) => [
        ...phc.split('$').slice(0, 4),
        ...phc
          .split('$')
          .slice(4)
          .map((part) => part.length),
      ];
      const [known, unknown] = verify.mock.calls.map(([, against]) => form(String(against)));
      expect(unknown).toEqual(known!);
    } finally {
      verify.mockRestore();
    }
  });

  test('wait in turn, and beyond a bound are refused at once, and counted', async () => {
    const refusals = mock();
    const passwords = new Passwords(refusals, { waitingMax: 8, waitMsMax: 60_000 });
    const hash = await passwords.hash('correct horse', 'me');
    const turns = Array.from({ length: 20 }, () => passwords.verify('correct horse', hash, 'me'));
    expect(passwords.hasRoomFor('me')).toBe(false);
    const ended = await Promise.allSettled(turns);
    const refused = ended.filter((turn) => turn.status === 'rejected');
    expect(refusals).toHaveBeenCalledTimes(refused.length);
    expect(refused.length).toBeGreaterThanOrEqual(11);
    for (const turn of refused) expect(turn.reason).toBeInstanceOf(PasswordsBusy);
    const verified = ended.filter((turn) => turn.status === 'fulfilled');
    expect(verified.length).toBeGreaterThanOrEqual(8);
    expect(verified.every((turn) => turn.value)).toBe(true);
    expect(passwords.hasRoomFor('me')).toBe(true);
    expect(await passwords.verify('correct horse', hash, 'me')).toBe(true);
  });
});

describe('the list of common passwords', () => {
  test.each(['password', 'PASSWORD', '12345678', 'qwertyuiop', '5201314520', 'woaini1314'])(
    'has %s',
    (password) => expect(isCommonPassword(password)).toBe(true),
  );

  test.each(['correct horse', 'password of mine', 'hunter2hunter3', ''])(
    'does not have %s',
    (password) => expect(isCommonPassword(password)).toBe(false),
  );
});
