/** `stampede start [--demo]`: reads the settings, starts the engine, and drains it at the end. */
import type { Command } from '@commander-js/extra-typings';
import type { Engine } from '../engine.ts';
import { Leaving } from './leaving.ts';
import { fail } from './perform.ts';

const explanation = `
Settings are environment variables. The ones most often set:
  HOST, PORT     where to listen (default: 127.0.0.1, 3000; port 0 picks one)
  DATA_DIR       journal, tables and kept secrets (default: ./data)
  TOKEN_SECRET   signs purchase tokens (default: made once, kept in DATA_DIR)
  ADMIN_TOKEN    the administrator's (default: made once, kept in DATA_DIR)
  NATS_URL       a journal in JetStream (default: SQLite); engines on the same
                 NATS form a cluster, and share the secrets and what follows
  DATABASE_URL   tables in PostgreSQL (default: SQLite)
  REDIS_URL      sessions, limits and a replica in Redis (default: SQLite)
  LOG_LEVEL      trace, debug, info, warning, error or fatal (default: info)
README.md explains these and the others.

The first line on standard output is "listening on http://HOST:PORT"; the log
goes to standard error. SIGTERM or SIGINT drains: the engine answers and commits
what it has accepted, hands over to the other engines of its cluster, and leaves.

Exit codes:
  0  drained
  1  could not start, as where the journal's time is ahead of the clock
  2  wrong arguments or settings

Examples:
  $ stampede start --demo
  $ PORT=8080 DATA_DIR=/var/lib/stampede stampede start`;

export function addStart(program: Command): void {
  program
    .command('start')
    .summary('run the engine, the shop and its pages')
    .description(
      'Runs everything: the engine, the HTTP API, the pages for buyers and for the merchant, and ' +
        'the projector.',
    )
    .option(
      '--demo',
      'make an item with a running promo unless there is one, and one with a draw that is held in ' +
        'two minutes, and print a purchase token that buys now, a curl line that spends it, and ' +
        'where to join the draw',
    )
    .option(
      '--set-time-back',
      'where a wrong clock wrote the journal, more than a minute ahead of the right one: journal ' +
        'that its time goes on from now; for one start only',
    )
    .addHelpText('after', explanation)
    .action(({ demo, setTimeBack }) => start(demo === true, setTimeBack === true));
}

async function start(demo: boolean, setTimeBack: boolean): Promise<void> {
  const leaving = new Leaving();
  try {
    const { runEngine } = await import('../run-engine.ts');
    const drains = (engine: Promise<Engine>) => leaving.drains(engine);
    const running = await runEngine(process.env, drains, { demo, setTimeBack });
    if (demo && !leaving.asked) await (await import('../demo.ts')).runDemo(running);
  } catch (error) {
    // A failure while the engine is leaving does not count as one.
    if (!leaving.asked) fail('stampede: cannot start', error, 1);
  }
}
