/**
 * The command line: the scripts of package.json run it (`bun start`, `bun replay` …), and so does the
 * executable. Each command is a file in `commands/`, which loads its parts only when it runs; the
 * engine's begins in `run-engine.ts`.
 */
import { Command, CommanderError, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { version } from '../package.json' with { type: 'json' };
import { oneLine, wrongUse } from './commands/perform.ts';
import { addRebuild } from './commands/rebuild.ts';
import { addReplay } from './commands/replay.ts';
import { addReport } from './commands/report.ts';
import { addStart } from './commands/start.ts';
import { addTokens } from './commands/tokens.ts';
import { inExecutable, ownPath } from './own-files.ts';

/** Adds a command to the program. */
type Add = (program: Command) => void;

/**
 * The commands that the executable lacks, and the functions that add them. The bundler would carry
 * anything imported by name.
 */
const workshop = [
  ['src/commands/simulate.ts', 'addSimulate'],
  ['bench/command.ts', 'addBench'],
] as const;

const explanation = `
Settings are environment variables: "stampede help start" shows the ones most
often set, README.md explains them all. In the repository, "bun start", "bun
replay" and so on run these commands.`;

async function commandLine(): Promise<Command> {
  const program = new Command('stampede')
    .usage('<command> [options]')
    .description('Stampede, a flash-sale order engine.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false)
    .addHelpText('after', explanation)
    .exitOverride();
  for (const add of [addStart, addReplay, addRebuild, addTokens, addReport]) add(program);
  for (const [path, name] of inExecutable ? [] : workshop) {
    // Each file exports a function of the name beside it.
    const file = (await import(ownPath(path))) as Record<string, Add>;
    file[name]!(program);
  }
  addVersion(program);
  addHelp(program);
  for (const command of [program, ...program.commands]) complainInOneLine(command);
  return program;
}

function addVersion(program: Command): void {
  program
    .command('version')
    .description('print the version')
    .action(() => console.log(version));
}

function addHelp(program: Command): void {
  program
    .command('help')
    .description('print help about a command, or this')
    .argument('[command]')
    .action((name) => {
      if (name === undefined) program.help();
      const named = program.commands.find((command) => command.name() === name);
      if (named === undefined) program.error(`error: unknown command '${name}'`);
      named.help();
    });
}

/** Errors in the arguments are reported in one line, which tells where to read on. */
function complainInOneLine(command: CommandUnknownOpts): void {
  const path = command.parent === null ? command.name() : `stampede ${command.name()}`;
  command.configureOutput({
    outputError: (text, write) => {
      const what = oneLine(text).replace(/^error: |\.$/g, '');
      write(`${path}: ${what}; see ${path} --help\n`);
    },
  });
}

/** Asked for help about an unknown command, commander would print help about all of them. */
function withoutHelp(program: Command, args: string[]): string[] {
  const first = args[0];
  if (first === undefined || first.startsWith('-')) return args;
  return program.commands.some((command) => command.name() === first) ? args : [first];
}

const program = await commandLine();
try {
  await program.parseAsync(withoutHelp(program, process.argv.slice(2)), { from: 'user' });
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? 0 : wrongUse;
}
