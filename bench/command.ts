/** `stampede bench`: the command line of the load tests, which `main.ts` runs. */
import type { Command } from '@commander-js/extra-typings';
import { integer, writableFile } from '../src/commands/options.ts';
import { CommandFailed, perform, wrongUse } from '../src/commands/perform.ts';

const explanation = `
Exit codes:
  0  every part ran and gave right answers, whether or not figures reach their targets
  1  a part did not
  2  wrong arguments

Examples:
  $ bun bench --quick
  $ bun bench --only order,rush --json figures.json
  $ bun bench --nats --redis --postgres
  $ bun bench --only soak --html soak.html
  $ bun bench --cluster --json figures.json`;

export function addBench(program: Command): void {
  program
    .command('bench')
    .summary('run the load tests')
    .description(
      'Measures the engine on this machine: a table of figures beside a floor and a target, and a page ' +
        'with charts.',
    )
    .option('--quick', 'shorter rounds, for a first look')
    .option(
      '--only <PART,…>',
      'run only these parts; a wrong name is answered with all the right ones',
      (text) => text.split(','),
    )
    .option(
      '--soak-seconds <SECONDS>',
      'how long the part `soak` lasts, which runs only where it is named (default: 1800)',
      integer(1),
    )
    .option('--json <FILE>', 'also write the figures as JSON', writableFile)
    .option('--html <FILE>', 'where the page goes (default: bench/results/report.html)')
    .option('--nats', 'also measure with NATS, which is started here')
    .option('--redis', 'also measure with Redis, which is started here')
    .option('--postgres', 'also measure with PostgreSQL, which is started here')
    .option(
      '--cluster',
      'measure three engines on three NATS servers and PostgreSQL, which are started here, instead of one engine',
    )
    .addHelpText('after', explanation)
    .action((options) => perform('bench', 1, () => run(options)));
}

interface Options {
  quick?: true | undefined;
  only?: string[] | undefined;
  json?: string | undefined;
  html?: string | undefined;
  nats?: true | undefined;
  redis?: true | undefined;
  postgres?: true | undefined;
  cluster?: true | undefined;
  soakSeconds?: number | undefined;
}

async function run({ only, json, html, soakSeconds, ...flags }: Options): Promise<number> {
  const { bench, parts } = await import('./main.ts');
  const names = parts.map(({ name }) => name);
  const unknown = only?.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    const message = `--only knows no part "${unknown}"; the parts are: ${names.join(', ')}`;
    throw new CommandFailed(message, wrongUse);
  }
  const { quick = false, nats = false, redis = false, postgres = false, cluster = false } = flags;
  return bench({ quick, nats, redis, postgres, cluster, soakSeconds, only, json, html });
}
