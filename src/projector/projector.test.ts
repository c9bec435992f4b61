import { sqliteFixture } from '../testing/sql-fixture.ts';
import { projectionContract } from './contract.ts';

projectionContract('SQLite', sqliteFixture);
