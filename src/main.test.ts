import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { temporaryFolder } from '../actors/testing/process.ts';
import manifest from '../package.json' with { type: 'json' };
import { runCommand } from './testing/command.ts';

setDefaultTimeout(240_000);

const folder = temporaryFolder();
afterAll(() => folder.remove());

/** Where an engine started by mistake would leave its files. */
const env = { DATA_DIR: folder.file('data'), PORT: '0', TOKEN_SECRET: '' };
const run = (...args: string[]) => runCommand(args, env);

const commands = ['start', 'replay', 'rebuild', 'tokens', 'simulate', 'bench'];

describe('help', () => {
  test.each([['--help'], ['-h'], ['help']])(
    'by %s names every command, on standard output',
    async (asked) => {
      const { code, output, errors } = await run(asked);
      expect({ code, errors }).toEqual({ code: 0, errors: '' });
      for (const name of [...commands, 'version', 'help']) {
        expect(output).toMatch(new RegExp(`^  ${name} .*[a-z]`, 'm'));
      }
      expect(output).toContain('Settings are environment variables');
    },
  );

  test.each(commands)(
    'about %s says what it does, its exit codes, and shows an example',
    async (name) => {
      const { code, output, errors } = await run(name, '--help');
      expect({ code, errors }).toEqual({ code: 0, errors: '' });
      expect(output).toStartWith(`Usage: stampede ${name} [options]\n\n`);
      expect(output).toMatch(/^Exit codes:\n {2}0 .+\n {2}1 .+\n {2}2 .+$/m);
      expect(output).toMatch(/^Examples:\n {2}\$ /m);
      for (const line of output.split('\n')) expect(line.length).toBeLessThan(90);
      expect(await run('help', name)).toEqual({ code, output, errors });
    },
  );

  test('is printed for a call without a command, as an error', async () => {
    const { code, output, errors } = await run();
    expect({ code, output }).toEqual({ code: 2, output: '' });
    expect(errors).toBe((await run('--help')).output);
  });

  test('through the scripts of package.json starts nothing', async () => {
    for (const name of commands) {
      const { code, output } = await runCommand([name, '--help'], env, [process.execPath]);
      expect([name, code]).toEqual([name, 0]);
      expect(output).toStartWith(`Usage: stampede ${name} `);
    }
  });
});

test.each([['--version'], ['-V'], ['version']])(
  '%s prints the version of package.json',
  async (asked) => {
    expect(await run(asked)).toEqual({ code: 0, output: `${manifest.version}\n`, errors: '' });
  },
);

describe('anything unknown is refused with one line and exit 2:', () => {
  const wrong: [string, string, string][] = [
    ['sell', 'stampede', "unknown command 'sell'"],
    ['strat', 'stampede', 'Did you mean start?'],
    ['sell --help', 'stampede', "unknown command 'sell'"],
    ['help sell', 'stampede', "unknown command 'sell'"],
    ['--everything', 'stampede', "unknown option '--everything'"],
    ...['start', 'replay', 'rebuild', 'tokens --item 1 --count 1', 'simulate', 'bench'].flatMap(
      (command): [string, string, string][] => {
        const who = `stampede ${command.split(' ')[0]}`;
        return [
          [`${command} --everything`, who, "unknown option '--everything'"],
          [`${command} --help-me`, who, "unknown option '--help-me'"],
          [`${command} everything`, who, 'too many arguments'],
        ];
      },
    ),
    ['start --demo=yes', 'stampede start', '--demo'],
    ['version --long', 'stampede version', "unknown option '--long'"],
    ['help --long', 'stampede help', "unknown option '--long'"],
    ['replay --item', 'stampede replay', "option '--item <N>' argument missing"],
    ['replay --item one', 'stampede replay', 'It must be an integer from 1 to 131071'],
    ['replay --item 131072', 'stampede replay', 'It must be an integer from 1 to 131071'],
    ['replay --to 0', 'stampede replay', 'It must be an integer from 1'],
    ['replay --html nowhere/report.html', 'stampede replay', 'It must be a file in a folder'],
    ['tokens --count 1', 'stampede tokens', "required option '--item <N>' not specified"],
    ['tokens --item 1', 'stampede tokens', "required option '--count <N>' not specified"],
    ['tokens --item 1 --count 0', 'stampede tokens', 'It must be an integer from 1'],
    ['tokens --item 1 --count 2 --from -1', 'stampede tokens', 'It must be an integer from 1'],
    ['tokens --item 1 --count 2 --format xml', 'stampede tokens', 'lines, csv, jsonl'],
    ['simulate --seeds many', 'stampede simulate', 'It must be an integer from 1'],
    ['bench --only order,trees', 'stampede bench', 'knows no part "trees"; the parts are: order, '],
  ];

  test.each(wrong)('stampede %s', async (args, who, what) => {
    const { code, output, errors } = await run(...args.split(' '));
    expect({ code, output }).toEqual({ code: 2, output: '' });
    expect(errors).toStartWith(`${who}: `);
    expect(errors).toContain(what);
    expect(errors).toMatch(/^.+\n$/);
    expect(existsSync(env.DATA_DIR)).toBe(false);
  });
});

test.each(['start', 'replay', 'rebuild', 'tokens'])(
  '%s with a wrong setting ends with one line and exit 2',
  async (name) => {
    const needed = {
      start: [],
      replay: [],
      rebuild: ['--yes'],
      tokens: ['--item', '1', '--count', '1'],
    };
    const args = needed[name as keyof typeof needed]; // The names above.
    const { code, output, errors } = await runCommand([name, ...args], { ...env, PORT: 'http' });
    expect({ code, output }).toEqual({ code: 2, output: '' });
    expect(errors).toMatch(/^stampede.*: PORT must be an integer .*\n$/);
  },
);
