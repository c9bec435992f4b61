/** What an engine does not load at its start: it may never need it, and would be ready later for it. */
import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { root } from './engine-process.ts';

const threads = ['src/engine.ts', 'src/server.ts', 'src/projector/worker.ts', 'actors/worker.ts'];
const later = [
  'nats',
  'ioredis',
  'drizzle-orm/bun-sql',
  'drizzle-orm/pg-core',
  'prom-client',
  'libphonenumber-js/min',
];

/** Packages that a module loads as soon as it is loaded itself, by their names. */
async function loadedWith(entry: string): Promise<Set<string>> {
  const built = await Bun.build({
    entrypoints: [join(root, entry)],
    root,
    target: 'bun',
    packages: 'external',
    metafile: true,
  });
  const { inputs } = built.metafile!;
  const packages = new Set<string>();
  const seen = new Set<string>();
  const visit = (path: string) => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const each of inputs[path]?.imports ?? []) {
      if (each.kind !== 'import-statement') continue;
      if (each.external) packages.add(each.path);
      else visit(each.path);
    }
  };
  visit(entry);
  return packages;
}

test.each(threads)(
  '%s loads no client of a server, and nothing that few requests need',
  async (entry) => {
    const packages = await loadedWith(entry);
    // The walk did not end at the first file.
    expect(packages).toContain('@logtape/logtape');
    expect(later.filter((each) => packages.has(each))).toEqual([]);
  },
);
