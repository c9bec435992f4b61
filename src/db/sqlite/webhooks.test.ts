import { sqliteFixture } from '../../testing/sql-fixture.ts';
import { webhooksContract } from '../../testing/webhooks-contract.ts';

webhooksContract('SQLite', sqliteFixture);
