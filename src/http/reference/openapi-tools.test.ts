/**
 * The document as the tools of those who use it see it. They read it from a file or from memory, and
 * ask nothing of any network.
 */
import { expect, setDefaultTimeout, test } from 'bun:test';
import { fileURLToPath } from 'node:url';
import SwaggerParser from '@apidevtools/swagger-parser';
import { Spectral } from '@stoplight/spectral-core';
import { oas } from '@stoplight/spectral-rulesets';
import { temporaryFolder } from '../../../actors/testing/process.ts';
import { clientTypes, clientTypesPath } from '../../testing/client-types.ts';
import { openApiDocument } from './openapi.ts';

setDefaultTimeout(240_000);

/** What is served, and nothing of what made it. */
const text = JSON.stringify(openApiDocument());

test('the document is valid for swagger-parser', async () => {
  const valid = await SwaggerParser.validate(JSON.parse(text));
  expect(valid.info.title).toBe('Stampede');
});

test('spectral finds nothing to say of the document', async () => {
  const spectral = new Spectral();
  // The kinds of both packages name one and the same shape, from two versions of its file.
  spectral.setRuleset({ extends: [oas] } as Parameters<Spectral['setRuleset']>[0]);
  const found = await spectral.run(JSON.parse(text));
  expect(found.map(({ code, message, path }) => ({ code, message, path }))).toEqual([]);
});

/** What `redocly lint --format json` prints. */
interface Linted {
  totals: Record<'errors' | 'warnings' | 'ignored', number>;
  problems: { ruleId: string; message: string }[];
}

test('redocly finds no errors in the document, and no warnings', async () => {
  const folder = temporaryFolder();
  try {
    await Bun.write(`${folder.path}/openapi.json`, text);
    const redocly = fileURLToPath(import.meta.resolve('@redocly/cli/bin/cli.js'));
    const options = ['--extends', 'recommended', '--format', 'json'];
    const { stdout } = Bun.spawnSync(
      [process.execPath, redocly, 'lint', 'openapi.json', ...options],
      { cwd: folder.path, env: { ...process.env, ...offline } },
    );
    const { totals, problems }: Linted = JSON.parse(stdout.toString());
    expect(problems.map(({ ruleId, message }) => ({ ruleId, message }))).toEqual([]);
    expect(totals).toEqual({ errors: 0, warnings: 0, ignored: 0 });
  } finally {
    folder.remove();
  }
});

/** Redocly counts its users and looks for a newer version of itself, unless it is told not to. */
const offline = { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };

test('patterns mean the same without flags, with them, and in other languages', () => {
  const patterns: string[] = [];
  JSON.parse(text, (key, value) => {
    if (key === 'pattern') patterns.push(value);
    return value;
  });
  expect(patterns.length).toBeGreaterThan(2);
  for (const pattern of patterns) {
    expect(() => new RegExp(pattern, 'u')).not.toThrow();
    // Neither is in what every dialect of JSON Schema must know: look-around, and classes by `\p`.
    expect(pattern).not.toMatch(/\(\?|\\p/i);
  }
});

test("the client's types are the document's; after a change: npx bun src/testing/make-client-types.ts", async () => {
  expect(await Bun.file(clientTypesPath).text()).toBe(await clientTypes());
});
