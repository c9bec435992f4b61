/** The documents: they name only what exists, and what they show runs. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type TemporaryFolder, temporaryFolder } from '../../actors/testing/process.ts';
import {
  mustSucceed,
  paymentWebhookSecret,
  root,
  startTestEngine,
  tokenFor,
} from './engine-process.ts';

const tracked = Bun.spawnSync(['git', 'ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
})
  .stdout.toString()
  .split('\n')
  .filter((path) => path !== '' && existsSync(join(root, path)));
const documents = tracked.filter((path) => path.endsWith('.md'));
const sources = tracked.filter((path) => /\.(tsx?|js|css|lua|conf|service|ya?ml|grit)$/.test(path));

const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** Paths that a document names in code marks: a folder of the repository, and something in it. */
function namedPaths(text: string): string[] {
  const marked = [...text.matchAll(/`([^`\n]+)`/g)].map(([, inner]) => inner!);
  return marked.filter((inner) =>
    /^(actors|src|bench|migrations|\.github|\.deploy)\/\S*$/.test(inner),
  );
}

test('a document names and links no missing file', () => {
  expect(documents.length).toBeGreaterThan(5);
  const missing: string[] = [];
  for (const document of documents) {
    const text = read(document);
    for (const path of namedPaths(text)) {
      if (!existsSync(join(root, path))) missing.push(`${document}: ${path}`);
    }
    for (const [, target = ''] of text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)) {
      if (/^https?:/.test(target)) continue;
      if (!existsSync(join(root, dirname(document), target)))
        missing.push(`${document}: ${target}`);
    }
  }
  expect(missing).toEqual([]);
});

test('a link to a heading finds it', () => {
  const text = read('README.md');
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
  const links = [...text.matchAll(/\]\(#([^)]+)\)/g)].map(([, link]) => link!);
  expect(links.length).toBeGreaterThan(5);
  expect(links.filter((link) => !headings.includes(link))).toEqual([]);
});

test('no text or comment refers to a page that is not in the repository', () => {
  const there = new Set(documents.map((path) => path.split('/').at(-1)!));
  const missing: string[] = [];
  for (const path of [...sources, ...documents]) {
    for (const [name] of read(path).matchAll(/\b[A-Z][A-Za-z]*\.md\b/g)) {
      if (!there.has(name)) missing.push(`${path}: ${name}`);
    }
  }
  expect(missing).toEqual([]);
});

test('each step of an order is marked in the file that the README names for it', () => {
  const steps = [...read('README.md').matchAll(/^(\d+)\. `([^`]+\.ts)`/gm)];
  expect(steps.map(([, step]) => Number(step))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  for (const [, step = '', path = ''] of steps) {
    const marks = [...read(path).matchAll(/[Ss]teps? (\d+)(?: and (\d+))?/g)].flat();
    expect({ path, marks }).toMatchObject({ marks: expect.arrayContaining([step]) });
  }
});

test('the shell lines that documents show can be read by a shell', () => {
  const faults: string[] = [];
  for (const document of documents) {
    for (const [, lines = ''] of read(document).matchAll(/^```sh\n([\s\S]*?)^```$/gm)) {
      const { stderr } = Bun.spawnSync(['bash', '-n'], { stdin: Buffer.from(lines) });
      if (stderr.length > 0) faults.push(`${document}: ${stderr}`);
    }
  }
  expect(faults).toEqual([]);
});

test('what README says that engines must have in common are settings that it names', () => {
  const section = (heading: string) =>
    new RegExp(`^#+ ${heading}$([\\s\\S]*?)^##`, 'm').exec(read('README.md'))?.[1] ?? '';
  const named = (text: string) =>
    [...text.matchAll(/^\|([^|]*)\|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`([A-Z_]+)`/g)].map(([, name]) => name!),
    );
  const shared = named(section('What they must have in common'));
  expect(shared).toContain('TOKEN_SECRET');
  expect(named(section('Settings'))).toEqual(expect.arrayContaining(shared));
});

describe('the purchase token that README shows', () => {
  const secret = '0'.repeat(32);
  const vector = 'st1.42.1.7.1795550400.2631410889913087._eZ_Mne-YdHrJ3XdKJaC1w';
  let folder: TemporaryFolder;

  beforeAll(() => {
    folder = temporaryFolder();
  });

  afterAll(() => folder.remove());

  /** The section's code in a language, verbatim. */
  function shown(language: string): string {
    const section = /^## Purchase tokens$([\s\S]*?)^## /m.exec(read('README.md'))?.[1] ?? '';
    return new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(section)?.[1] ?? '';
  }

  function run(language: string, file: string, command: string[]): string {
    const code = shown(language);
    expect(code.trimEnd().split('\n').length).toBeLessThanOrEqual(10);
    const path = folder.file(file);
    writeFileSync(path, code);
    const { stdout, stderr } = Bun.spawnSync([...command, path], {
      env: { ...process.env, TOKEN_SECRET: secret },
    });
    return `${stdout}${stderr}`.trim();
  }

  test('is the test vector', () => {
    expect(read('README.md')).toContain(vector);
  });

  test('is made by the Node lines', () => {
    expect(run('js', 'token.mjs', ['node'])).toBe(vector);
  });

  test('is made by the Python lines', () => {
    expect(run('python', 'token.py', ['python3'])).toBe(vector);
  });
});

test('the payment that README shows how to tell of is believed by an engine', async () => {
  const folder = temporaryFolder();
  const section = /^## Payments$([\s\S]*?)^## /m.exec(read('README.md'))?.[1] ?? '';
  const code = /^```js\n([\s\S]*?)^```$/m.exec(section)?.[1] ?? '';
  // The call that the last line shows, of an order that the test has placed.
  const payment =
    "{ orderId: process.env.ORDER, amount: 9900, reference: 'pay_8Fq2', status: 'paid' }";
  const run = `const answer = await tellOfPayment(process.env.URL, process.env.SECRET, ${payment});
console.log(answer.status, (await answer.json()).data.status);`;
  writeFileSync(folder.file('payment.mjs'), `${code}\n${run}`);
  const engine = await startTestEngine({ dataDir: folder.path });
  const sale = await engine.sale({ promoPrice: 9_900 });
  const { orderId } = mustSucceed(await engine.place(tokenFor(sale, 1)));
  expect(code).toContain("amount: 9900, reference: 'pay_8Fq2', status: 'paid' })");
  const env = { ...process.env, URL: engine.url, SECRET: paymentWebhookSecret, ORDER: orderId };
  const node = Bun.spawn(['node', folder.file('payment.mjs')], { env, stderr: 'pipe' });
  const told = await new Response(node.stdout).text();
  expect([told.trim(), await new Response(node.stderr).text()]).toEqual(['200 paid', '']);
  expect(await engine.stop()).toBe(0);
  folder.remove();
}, 240_000);
