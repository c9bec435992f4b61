/** `stampede rebuild [--yes]`: empties the projected tables, for the projector to fill again. */
import type { Command } from '@commander-js/extra-typings';
import { CommandFailed, perform, wrongUse } from './perform.ts';

const exitCode = { emptied: 0, leftAsTheyWere: 1 } as const;

const explanation = `
Empties all that the projector writes, in one transaction: orders, stock_logs,
item_stocks, refunds_due, draw_entrants, sale_series and checkpoints, items.sales,
and what became of promos since they were drafts. Accounts, items and promos stay. A
running engine notices within seconds and writes the rows again from the
journal; otherwise the next start does. Until then users' lists
of orders are short; orders, payments and stock go on.

Exit codes:
  0  emptied
  1  left as they were
  2  wrong arguments or settings, or no one to ask

Examples:
  $ stampede rebuild
  $ DATABASE_URL=postgres://… stampede rebuild --yes`;

export function addRebuild(program: Command): void {
  program
    .command('rebuild')
    .summary('empty the tables that follow from the journal, to be filled again')
    .description(
      'Empties the projected tables of DATABASE_URL, or of stampede.db in DATA_DIR, so that ' +
        'the projector writes them again from the journal. Asks first.',
    )
    .option('--yes', 'do not ask')
    .addHelpText('after', explanation)
    .action(({ yes }) => perform('rebuild', exitCode.leftAsTheyWere, () => rebuild(yes === true)));
}

async function rebuild(sure: boolean): Promise<number> {
  const { readConfig } = await import('../config.ts');
  const { openProjection } = await import('../db/open.ts');
  const { sqlSettings } = await import('../parts-settings.ts');
  const settings = sqlSettings(readConfig(process.env));
  if (!sure && !process.stdin.isTTY) {
    throw new CommandFailed('there is no one to ask: add --yes to empty the tables', wrongUse);
  }
  const opened = await openProjection(settings);
  if (opened === null) {
    throw new CommandFailed(
      `there are no tables: ${settings.dataDir} has no stampede.db`,
      wrongUse,
    );
  }
  const { projection, where, close } = opened;
  try {
    if (!sure && !(await agreed(where))) {
      console.log('Nothing was changed.');
      return exitCode.leftAsTheyWere;
    }
    await projection.clear();
  } finally {
    await close();
  }
  console.log(
    `The projected tables in ${where} are empty. A running engine, or the next start, fills them again.`,
  );
  return exitCode.emptied;
}

async function agreed(where: string): Promise<boolean> {
  process.stdout.write(
    `Empty the projected tables in ${where}, to be filled again from the journal? (yes/no) `,
  );
  for await (const line of console) return line.trim().toLowerCase() === 'yes';
  // The terminal's end of file.
  process.stdout.write('\n');
  return false;
}
