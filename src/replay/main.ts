/**
 * `bun replay [--item N] [--to SEQ] [--json]`: replays the journal, checks it, and compares SQL with
 * it. It only reads, also while the engine runs. Exit 0: all holds; 1: differences; 2: could not run.
 */
import { parseArgs } from 'node:util';
import { openJournal } from '../../actors/journal/open.ts';
import { itemIdMax } from '../../actors/limits.ts';
import { readConfig } from '../config.ts';
import { journalSettings, sqlSettings } from '../parts-settings.ts';
import { redisComparison } from './compare-redis.ts';
import { sqlComparison } from './compare-sql.ts';
import { openRows } from './open-sql.ts';
import { replay } from './replay.ts';
import { type Report, reportOf, textOf } from './report.ts';

const exitCode = { holds: 0, differs: 1, couldNotRun: 2 } as const;

/** How long a journal server that is away is waited for. */
const patienceMs = 5_000;

const usage = 'usage: bun replay [--item N] [--to SEQ] [--json]';

interface Options {
  item: number | null;
  to: number | null;
  json: boolean;
}

/** @throws an Error with one line for whoever typed the arguments. */
function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: { item: { type: 'string' }, to: { type: 'string' }, json: { type: 'boolean' } },
  });
  return {
    item: integer('--item', values.item, itemIdMax),
    to: integer('--to', values.to, Number.MAX_SAFE_INTEGER),
    json: values.json ?? false,
  };
}

function integer(name: string, text: string | undefined, most: number): number | null {
  if (text === undefined) return null;
  const value = /^\d{1,16}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= most) return value;
  throw new Error(`${name} must be an integer from 1 to ${most}; ${usage}`);
}

async function run({ item, to }: Options): Promise<Report> {
  const config = readConfig(process.env);
  const { partitions } = config;
  const options = { readonly: true, patienceMs };
  const journal = await openJournal(journalSettings(config), partitions, options);
  try {
    const comparisons = [sqlComparison(openRows(sqlSettings(config)))];
    if (config.redisUrl !== null) comparisons.push(redisComparison(config.redisUrl));
    const report = reportOf(await replay({ journal, partitions, item, to, comparisons }), to);
    if (item !== null && report.items.length === 0 && report.holds) {
      throw new Error(`the journal knows no item ${item}`);
    }
    return report;
  } finally {
    await journal.close();
  }
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  const report = await run(options);
  const text = options.json ? `${JSON.stringify(report, null, 2)}\n` : textOf(report);
  await Bun.write(Bun.stdout, text);
  return report.holds ? exitCode.holds : exitCode.differs;
}

main().then(
  (code) => process.exit(code),
  (error) => {
    console.error(`replay: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(exitCode.couldNotRun);
  },
);
