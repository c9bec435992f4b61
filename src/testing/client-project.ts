/** A project of somebody else's: a client made from the OpenAPI document, and programs that use it. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type TemporaryFolder, temporaryFolder } from '../../actors/testing/process.ts';
import { typesOf } from './openapi-types.ts';

const compilerOptions = {
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
  target: 'ESNext',
  module: 'Preserve',
  moduleResolution: 'bundler',
  lib: ['ESNext', 'DOM'],
  types: [],
};

/** Its programs, by file name, import `./api.ts` and `openapi-fetch`. Remove the folder when done. */
export async function clientProject(
  document: string,
  programs: Record<string, string>,
): Promise<TemporaryFolder> {
  const folder = temporaryFolder();
  const client = dirname(dirname(fileURLToPath(import.meta.resolve('openapi-fetch'))));
  // The packages beside it are those that it needs itself.
  mkdirSync(folder.file('node_modules'));
  for (const name of ['openapi-fetch', 'openapi-typescript-helpers']) {
    symlinkSync(join(dirname(client), name), folder.file(`node_modules/${name}`));
  }
  const sources = { 'api.ts': await typesOf(document), ...programs };
  for (const [name, source] of Object.entries(sources)) writeFileSync(folder.file(name), source);
  const files = Object.keys(sources);
  writeFileSync(folder.file('tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  return folder;
}

/** What the compiler finds wrong: of each line, its number in its file, and why. */
export function compiled(folder: TemporaryFolder): { file: string; line: number; why: string }[] {
  const tsc = join(
    dirname(fileURLToPath(import.meta.resolve('typescript/package.json'))),
    'bin/tsc',
  );
  const { stdout } = Bun.spawnSync([process.execPath, tsc, '--pretty', 'false'], {
    cwd: folder.path,
  });
  const found = stdout.toString().matchAll(/^(\S+)\((\d+),\d+\): error TS\d+: (.*(?:\n +.*)*)$/gm);
  return [...found].map(([, file = '', line, why = '']) => ({ file, line: Number(line), why }));
}
