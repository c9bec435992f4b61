/**
 * The rules of the house, as `bun run check` enforces them: each rule is broken once, in a copy of the
 * repository, and the part of the check that keeps it must name the file that breaks it. That the unbroken house
 * passes, the run of all checks shows.
 */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { cpSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TemporaryFolder, temporaryFolder } from '../../actors/testing/process.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { root } from './engine-process.ts';

setDefaultTimeout(240_000);

const copied = [
  ...['actors', 'src', 'bench', 'package.json', 'tsconfig.json'],
  ...['.biome', '.biome.json', '.knip.json', '.gitignore'],
];

/** A file that breaks a rule, and what the check says of it. */
interface Broken {
  rule: string;
  file: string;
  text: string;
  told: string;
}

const brokenImports: Broken[] = [
  {
    rule: 'actors/ imports nothing from src/',
    file: 'actors/planted.ts',
    text: "export { readConfig } from '../src/config.ts';\n",
    told: 'actors/ runs without src/',
  },
  {
    rule: 'tests of actors/ import nothing from src/ either',
    file: 'actors/testing/planted.ts',
    text: "export { readConfig } from '../../src/config.ts';\n",
    told: 'actors/ runs without src/',
  },
  {
    rule: 'item/ imports protocol.ts, limits.ts and its own files only',
    file: 'actors/item/planted.ts',
    text: "export { getLogger } from '../log.ts';\n",
    told: 'item/ is pure: it imports',
  },
  {
    rule: 'item/ imports no package',
    file: 'actors/item/planted-package.ts',
    text: "export { readFileSync } from 'node:fs';\n",
    told: 'item/ is pure: it imports',
  },
  {
    rule: 'production code imports nothing from testing/',
    file: 'src/planted.ts',
    text: "export const planted = () => import('./testing/crowd.ts');\n",
    told: 'Production code imports nothing from a testing/ folder',
  },
  {
    rule: 'the engine does not import its bench',
    file: 'src/planted-bench.ts',
    text: "export { machine } from '../bench/report/machine.ts';\n",
    told: 'The engine does not know its bench',
  },
  {
    rule: 'http/ opens no connection',
    file: 'src/http/planted.ts',
    text: "export const planted = () => import('ioredis');\n",
    told: 'http/ opens no connection',
  },
  {
    rule: 'shop/ knows no HTTP',
    file: 'src/shop/planted.ts',
    text: "export { failure } from '../http/wire/envelope.ts';\n",
    told: 'shop/ knows no HTTP',
  },
  {
    rule: 'the client imports its own files alone',
    file: 'src/client/stampede/planted.ts',
    text: "export type { Item } from '../../catalog/item.ts';\n",
    told: 'The client is copied: it imports its own files alone',
  },
  {
    rule: 'no two files import each other, types included',
    file: 'src/planted-circle.ts',
    text: "export type { Planted } from './planted-circle-back.ts';\n\nexport type Other = number;\n",
    told: 'This import is part of a cycle',
  },
];

const brokenOtherwise: Broken[] = [
  {
    rule: 'item/ reads no clock',
    file: 'actors/item/planted-clock.ts',
    text: 'export const planted = () => Date.now();\n',
    told: 'item/ is pure: time, chance and the world come in with a command',
  },
  {
    rule: 'item/ leaves nothing to chance',
    file: 'actors/item/planted-chance.ts',
    text: 'export const planted = () => Math.random();\n',
    told: 'item/ is pure: randomness comes in with a command',
  },
  {
    rule: 'only commands read process.env',
    file: 'src/planted-env.ts',
    text: 'export const planted = process.env.PLANTED;\n',
    told: "Don't use process.env",
  },
  {
    rule: 'only commands read Bun.env',
    file: 'bench/planted-env.ts',
    text: 'export const planted = Bun.env.PLANTED;\n',
    told: 'Only the commands read the environment',
  },
  {
    rule: 'a function fits a screen',
    file: 'src/planted-long.ts',
    text: `export function planted(): number[] {\n  const all: number[] = [];\n${'  all.push(1);\n'.repeat(70)}  return all;\n}\n`,
    told: 'This function has too many lines',
  },
];

const broken = [...brokenImports, ...brokenOtherwise];
const circleBack: Pick<Broken, 'file' | 'text'> = {
  file: 'src/planted-circle-back.ts',
  text: "import type { Other } from './planted-circle.ts';\n\nexport type Planted = Other[];\n",
};

const { check } = packageJson.scripts;
let folder: TemporaryFolder;

beforeAll(() => {
  folder = temporaryFolder();
  for (const name of copied) {
    cpSync(join(root, name), join(folder.path, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(folder.path, 'node_modules'));
});

afterAll(() => folder.remove());

/** The part of the check that is a tool's; all parts must succeed. */
function partOf(tool: string): string {
  const part = check.split(' && ').find((each) => each.startsWith(`${tool} `));
  if (part === undefined) throw new Error(`the check has no ${tool}: ${check}`);
  return part;
}

function runWith(tool: string, files: readonly Pick<Broken, 'file' | 'text'>[]) {
  for (const { file, text } of files) writeFileSync(join(folder.path, file), text);
  try {
    const path = `${join(root, 'node_modules/.bin')}:${process.env.PATH}`;
    const { exitCode, stdout, stderr } = Bun.spawnSync(['sh', '-c', partOf(tool)], {
      cwd: folder.path,
      env: { ...process.env, PATH: path, CI: 'true', NO_COLOR: '1' },
    });
    return { exitCode, output: `${stdout}${stderr}` };
  } finally {
    for (const { file } of files) rmSync(join(folder.path, file));
  }
}

test('the check fails for every broken rule, and names the file', () => {
  const { exitCode, output } = runWith('biome', [...broken, circleBack]);
  expect(exitCode).not.toBe(0);
  const diagnostics = output.split(/^(?=\S+\.ts:\d+:\d+ )/m);
  const missed = broken.filter(
    ({ file, told }) =>
      !diagnostics.some((text) => text.startsWith(`${file}:`) && text.includes(told)),
  );
  expect(missed.map(({ rule }) => rule)).toEqual([]);
});

test('the check fails for a file and for an export that nothing uses', () => {
  const { exitCode, output } = runWith('knip', [
    { file: 'src/planted-unused.ts', text: 'export const planted = 1;\n' },
    {
      file: 'src/planted.test.ts',
      text: "import { used } from './planted-half.ts';\n\nused();\n",
    },
    {
      file: 'src/planted-half.ts',
      text: 'export const used = () => 1;\nexport const unused = () => 2;\n',
    },
  ]);
  expect(exitCode).not.toBe(0);
  const end = output.slice(-4_000);
  expect(end).toMatch(/Unused files[\s\S]*src\/planted-unused\.ts/);
  expect(end).toMatch(/Unused exports[\s\S]*\bunused\b[\s\S]*src\/planted-half\.ts/);
});
