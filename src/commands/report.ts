/**
 * `stampede report --item N`: what an engine starts beside itself when its merchant asks for a sale's report. It is
 * not among the commands that people are told of: `replay --html` makes them the same.
 */
import type { Command } from '@commander-js/extra-typings';
import { itemIdMax } from '../../actors/limits.ts';
import { integer } from './options.ts';
import { CommandFailed, perform } from './perform.ts';

const couldNotRun = 2;
/** Behind all that an engine does. */
const niceness = 19;

export function addReport(program: Command): void {
  program
    .command('report', { hidden: true })
    .summary('make the report of an item, for the merchant’s pages')
    .requiredOption('--item <N>', 'the item', integer(1, itemIdMax))
    .action(({ item }) => perform('report', couldNotRun, () => report(item)));
}

async function report(item: number): Promise<number> {
  const { lowerPriority } = await import('../../actors/thread-priority.ts');
  // Threads that begin later inherit it.
  lowerPriority(niceness);
  const { readConfig } = await import('../config.ts');
  const { makeReport } = await import('../reports/make-report.ts');
  const { busyCode } = await import('../reports/reporter.ts');
  if (await makeReport(readConfig(process.env), item)) return 0;
  throw new CommandFailed('another report is being made', busyCode);
}
