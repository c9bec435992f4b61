import { picturesContract } from '../../testing/pictures-contract.ts';
import { sqliteFixture } from '../../testing/sql-fixture.ts';

picturesContract('SQLite', sqliteFixture);
