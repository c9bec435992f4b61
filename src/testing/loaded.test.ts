/** What an engine loads that needs no server: a client takes longer to load than an embedded journal to open. */
import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { root } from './engine-process.ts';

const threads = ['src/engine.ts', 'src/server.ts', 'src/projector/worker.ts', 'actors/worker.ts'];
const clients = ['nats', 'ioredis'];

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

test.each(threads)('%s loads no client of a server', async (entry) => {
  const packages = await loadedWith(entry);
  // The walk did not end at the first file.
  expect(packages).toContain('@logtape/logtape');
  expect(clients.filter((client) => packages.has(client))).toEqual([]);
});
