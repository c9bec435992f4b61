import { describe, expect, setDefaultTimeout, test } from 'bun:test';
import { isCommonPassword } from './common-passwords.ts';
import { Passwords, PasswordsBusy } from './passwords.ts';

setDefaultTimeout(60_000);

describe('passwords', () => {
  test('are hashed with argon2id, each with its own salt, and can be verified', async () => {
    const passwords = new Passwords();
    const hash = await passwords.hash('correct horse');
    expect(hash).toStartWith('$argon2id$v=19$m=19456,t=2,p=1$');
    expect(await passwords.hash('correct horse')).not.toBe(hash);
    expect(await passwords.verify('correct horse', hash)).toBe(true);
    expect(await passwords.verify('correct horsf', hash)).toBe(false);
  });

  test('are told apart by every character, even the last and beyond ASCII', async () => {
    const passwords = new Passwords();
    const long = `${'密'.repeat(127)}码`;
    const hash = await passwords.hash(long);
    expect(await passwords.verify(long, hash)).toBe(true);
    expect(await passwords.verify(`${'密'.repeat(127)}玛`, hash)).toBe(false);
  });

  test('without a hash are never right', async () => {
    expect(await new Passwords().verify('anything', null)).toBe(false);
  });

  test('wait in turn, and beyond a bound are refused at once', async () => {
    const passwords = new Passwords();
    const hash = await passwords.hash('correct horse');
    const turns = Array.from({ length: 60 }, () => passwords.verify('correct horse', hash));
    expect(passwords.busy).toBe(true);
    const ended = await Promise.allSettled(turns);
    const refused = ended.filter((turn) => turn.status === 'rejected');
    expect(refused.length).toBeGreaterThan(20);
    for (const turn of refused) expect(turn.reason).toBeInstanceOf(PasswordsBusy);
    const verified = ended.filter((turn) => turn.status === 'fulfilled');
    expect(verified.length).toBeGreaterThan(10);
    expect(verified.every((turn) => turn.value)).toBe(true);
    expect(passwords.busy).toBe(false);
    expect(await passwords.verify('correct horse', hash)).toBe(true);
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
