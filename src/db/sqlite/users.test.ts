import { sqliteFixture } from '../../testing/sql-fixture.ts';
import { usersContract } from '../../testing/users-contract.ts';

usersContract('SQLite', sqliteFixture);
