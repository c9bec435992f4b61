import { sqliteFixture } from '../../testing/sql-fixture.ts';
import { usersContract } from '../users-contract.ts';

usersContract('SQLite', sqliteFixture);
