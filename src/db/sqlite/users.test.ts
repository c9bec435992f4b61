import { expect, test } from 'bun:test';
import { remindersContract } from '../../testing/reminders-contract.ts';
import { sqliteFixture } from '../../testing/sql-fixture.ts';
import { usersContract } from '../../testing/users-contract.ts';

test('of an erased account nothing is to be read in the file either', async () => {
  const fixture = await sqliteFixture();
  const sql = await fixture.open();
  const telephone = '+8613912345678';
  const ada = { telephone, name: 'Augusta', gender: 'x', age: 36, createdAt: 1 } as const;
  const { id } = (await sql.users.create(ada, 'hash of the password', 'hash'))!;
  const inFile = async () => {
    await fixture.run('PRAGMA wal_checkpoint(TRUNCATE)');
    const bytes = Buffer.from(await Bun.file(`${fixture.settings.dataDir}/stampede.db`).bytes());
    return [telephone, ada.name, 'hash of the password'].map((text) => bytes.includes(text));
  };
  expect(await inFile()).toEqual([true, true, true]);
  await sql.users.erase(id, 'hash', 2);
  expect(await inFile()).toEqual([false, false, false]);
  await fixture.remove();
});

usersContract('SQLite', sqliteFixture);
remindersContract('SQLite', sqliteFixture);
