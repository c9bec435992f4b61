import { describe, expect, test } from 'bun:test';
import { loadAssets } from './assets.ts';

const assets = loadAssets();

/** The text that is served under a path. */
async function served(path: string): Promise<string> {
  const answer = assets.answer(path.replace('/assets/', ''), null);
  if (answer === null) throw new Error(`${path} is not served`);
  return answer.text();
}

describe('what pages load', () => {
  test('imports only what is served as well, packages included', async () => {
    const specifiers = new Set<string>();
    const head = assets.head('item.js', []);
    const announced = [...head.matchAll(/rel="modulepreload" href="([^"]+)"/g)].map(
      ([, to]) => to!,
    );
    for (const path of [assets.path('item.js'), ...announced]) {
      const script = new Bun.Transpiler({ loader: 'js' }).scanImports(await served(path));
      for (const { path: specifier } of script) specifiers.add(specifier);
    }
    expect([...specifiers].some((name) => /^\.\/sha2\.[0-9a-f]{12}\.js$/.test(name))).toBe(true);
    const named = announced.map((path) => path.replace('/assets', '.'));
    expect([...specifiers].sort()).toEqual(named.sort());
  });

  test('does not have the tests that lie beside it', () => {
    expect(() => assets.path('clock.test.ts')).toThrow('there is no asset');
  });
});
