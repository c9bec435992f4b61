/**
 * `stampede replay [--item N] [--to SEQ] [--json] [--html FILE]`: replays the journal, checks it, and
 * compares SQL, the replica and snapshots with it.
 */
import type { Command } from '@commander-js/extra-typings';
import { itemIdMax } from '../../actors/limits.ts';
import { integer, writableFile } from './options.ts';
import { perform } from './perform.ts';

const exitCode = { holds: 0, differs: 1, couldNotRun: 2 } as const;

const explanation = `
The journal is the one that the settings name: NATS_URL, or journal.db in
DATA_DIR, with the files that it goes on in. It is compared with the tables of
DATABASE_URL or stampede.db, and with the replica of REDIS_URL, where they exist;
with JOURNAL_REPLICAS of 2 or more also with the copy of each NATS server. The
snapshots that engines start from are compared with the state at their entries:
with --item those of the item's partition, with --to those up to that entry.
Nothing is written to any of them.

Exit codes:
  0  all holds
  1  differences: each is printed
  2  could not run

Examples:
  $ stampede replay --html report.html
  $ stampede replay --item 7 --json`;

interface Options {
  item?: number | undefined;
  to?: number | undefined;
  json?: true | undefined;
  html?: string | undefined;
}

export function addReplay(program: Command): void {
  program
    .command('replay')
    .summary('audit the journal, and compare SQL, Redis and snapshots with it')
    .description(
      'Replays the journal from its first entry, checks what must always hold (no unit sold ' +
        'twice, no token spent twice, no limit exceeded, no one refused while units were left, ' +
        'everyone let in by their turn, no entry changed or missing), draws every draw again, and compares SQL, Redis and snapshots with it. Works while the engine runs.',
    )
    .option('--item <N>', 'audit only this item', integer(1, itemIdMax))
    .option('--to <SEQ>', 'stop each partition after this entry', integer(1))
    .option('--json', 'print the report as JSON')
    .option('--html <FILE>', 'also write a report for people, with charts', writableFile)
    .addHelpText('after', explanation)
    .action((options) => perform('replay', exitCode.couldNotRun, () => replay(options)));
}

async function replay({ item, to, json, html }: Options): Promise<number> {
  const { readConfig } = await import('../config.ts');
  const { ProgressLine } = await import('../replay/progress.ts');
  const { textOf } = await import('../replay/report.ts');
  const { runAudit } = await import('../replay/run.ts');
  const progress = new ProgressLine(
    (text) => process.stderr.write(text),
    process.stderr.isTTY === true,
  );
  const asked = { item: item ?? null, to: to ?? null, html: html ?? null };
  const report = await runAudit(readConfig(process.env), asked, progress);
  const text = json === true ? `${JSON.stringify(report, null, 2)}\n` : textOf(report);
  await Bun.write(Bun.stdout, text);
  return report.holds ? exitCode.holds : exitCode.differs;
}
