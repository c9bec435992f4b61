/**
 * `bun replay [--item N] [--to SEQ] [--json] [--html FILE]`: replays the journal, checks it, and
 * compares SQL with it; `--html` also writes a report for people. It only reads, also while the engine
 * runs. Exit 0: all holds; 1: differences; 2: could not run.
 */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openJournal } from '../../actors/journal/open.ts';
import { itemIdMax } from '../../actors/limits.ts';
import { readConfig } from '../config.ts';
import { journalSettings, sqlSettings } from '../parts-settings.ts';
import { openRows } from '../replay/compare/open-sql.ts';
import { sqlComparison } from '../replay/compare/sql.ts';
import { ProgressLine } from '../replay/progress.ts';
import { replay } from '../replay/replay.ts';
import { type Report, reportOf, textOf } from '../replay/report.ts';

const exitCode = { holds: 0, differs: 1, couldNotRun: 2 } as const;

/** How long a journal server that is away is waited for. */
const patienceMs = 5_000;

const usage = 'usage: bun replay [--item N] [--to SEQ] [--json] [--html FILE]';

interface Options {
  item: number | null;
  to: number | null;
  json: boolean;
  /** Where the report for people goes; null without one. */
  html: string | null;
}

/** @throws an Error with one line for whoever typed the arguments. */
function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      item: { type: 'string' },
      to: { type: 'string' },
      json: { type: 'boolean' },
      html: { type: 'string' },
    },
  });
  return {
    item: integer('--item', values.item, itemIdMax),
    to: integer('--to', values.to, Number.MAX_SAFE_INTEGER),
    json: values.json ?? false,
    html: file('--html', values.html),
  };
}

function integer(name: string, text: string | undefined, most: number): number | null {
  if (text === undefined) return null;
  const value = /^\d{1,16}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= most) return value;
  throw new Error(`${name} must be an integer from 1 to ${most}; ${usage}`);
}

/** A file to be written: that it cannot be is better known before a long replay than after it. */
function file(name: string, path: string | undefined): string | null {
  if (path === undefined) return null;
  if (path !== '' && existsSync(dirname(resolve(path)))) return path;
  throw new Error(`${name} must be a file in a folder that exists; ${usage}`);
}

async function run({ item, to, html }: Options): Promise<Report> {
  const config = readConfig(process.env);
  const { partitions } = config;
  const options = { readonly: true, patienceMs };
  const settings = journalSettings(config);
  const journal = await openJournal(settings, partitions, options);
  const progress = new ProgressLine(
    (text) => process.stderr.write(text),
    process.stderr.isTTY === true,
  );
  try {
    const comparisons = [sqlComparison(openRows(sqlSettings(config)))];
    if (config.redisUrl !== null) {
      const { redisComparison } = await import('../replay/compare/redis.ts');
      comparisons.push(redisComparison(config.redisUrl));
    }
    const chronicles = html !== null;
    const asked = { journal, partitions, item, to, comparisons, chronicles, progress };
    const replayed = await replay(asked);
    const report = reportOf(replayed, to);
    if (item !== null && report.items.length === 0 && report.holds) {
      throw new Error(`the journal knows no item ${item}`);
    }
    if (html !== null) {
      const { documentOf } = await import('../replay/html/document.tsx');
      const { text: acknowledgement } = journal.acknowledgement();
      const journalKind = { sqlite: 'SQLite', jetstream: 'NATS JetStream' }[settings.kind];
      const books = replayed.audit.items();
      const about = { journalKind, acknowledgement, at: Date.now() };
      await Bun.write(html, await documentOf({ report, books, ...about }));
    }
    return report;
  } finally {
    progress.end();
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
