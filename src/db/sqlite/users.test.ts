import { remindersContract } from '../../testing/reminders-contract.ts';
import { sqliteFixture } from '../../testing/sql-fixture.ts';
import { usersContract } from '../../testing/users-contract.ts';

usersContract('SQLite', sqliteFixture);
remindersContract('SQLite', sqliteFixture);
