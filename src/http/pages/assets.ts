/**
 * The files that pages load. Each is served under a name with the hash of its content, so that
 * browsers may keep it for ever; a changed file has a new name.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { ownPath } from '../../own-files.ts';
import type { Encoding } from '../wire/encoding.ts';

const folder = ownPath('src/http/pages/browser');
const packages = ownPath('node_modules');

const types: Record<string, string> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

export interface Assets {
  /** The path under which a file of `browser/` is served. @throws where there is no such file */
  path(file: string): string;
  /**
   * The elements of a page's head that load its styles and its script, and all that the script imports,
   * as HTML. Made once for each page.
   */
  head(script: string, styles: readonly string[]): string;
  /**
   * The answer to a request for `/assets/<name>`, in an encoding; null where no file has that name.
   */
  answer(name: string, encoding: Encoding | null): Response | null;
}

/**
 * What a script imports from: a file beside it, or one of a package, which browsers are given as it is
 * published.
 */
const importedFrom =
  /(?<=^(?:import|export)\b[^'";]* from )(["'])(\.\/|@[\w-]+\/[\w-]+\/)([\w-]+\.js)\1/gm;

/** Reads every file once. */
export function loadAssets(): Assets {
  /** By file, its name. */
  const names = new Map<string, string>();
  const contents = new Map<string, Content>();
  /** By file, what it imports itself. */
  const imported = new Map<string, string[]>();
  const add = (file: string): string => {
    const known = names.get(file);
    if (known !== undefined) return known;
    const [base, extension] = basename(file).split('.') as [string, string]; // Every file has one dot.
    const others: string[] = [];
    // A script is served with the hashed names of what it imports, so that its hash covers them.
    const content = readFileSync(file, 'utf8').replace(
      importedFrom,
      (_, quote: string, place: string, name: string) => {
        const other = join(place === './' ? dirname(file) : join(packages, place), name);
        others.push(other);
        return `${quote}./${add(other)}${quote}`;
      },
    );
    imported.set(file, others);
    const hash = Bun.SHA256.hash(content, 'hex').slice(0, 12);
    const name = `${base}.${hash}.${extension}`;
    names.set(file, name);
    contents.set(name, { plain: Buffer.from(content), type: types[extension]!, encoded: {} });
    return name;
  };
  // What is beside a script to test it is not served.
  for (const file of readdirSync(folder)) if (!file.endsWith('.ts')) add(join(folder, file));
  const path = (file: string): string => {
    const name = names.get(file);
    if (name === undefined) throw new Error(`there is no asset ${file}`);
    return `/assets/${name}`;
  };
  const importsOf = (file: string): string[] =>
    (imported.get(file) ?? []).flatMap((other) => [other, ...importsOf(other)]);
  const heads = new Map<string, string>();
  const headOf = (script: string, styles: readonly string[]): string => {
    const file = join(folder, script);
    const loaded = [...new Set(importsOf(file))].map(path);
    return [
      ...styles.map((style) => `<link rel="stylesheet" href="${path(join(folder, style))}"/>`),
      `<script type="module" src="${path(file)}"></script>`,
      ...loaded.map((each) => `<link rel="modulepreload" href="${each}"/>`),
    ].join('');
  };
  return {
    path: (file) => path(join(folder, file)),
    head(script, styles) {
      const key = `${script} ${styles}`;
      const head = heads.get(key) ?? headOf(script, styles);
      heads.set(key, head);
      return head;
    },
    answer(name, encoding) {
      const found = contents.get(name);
      return found === undefined ? null : answerWith(found, encoding);
    },
  };
}

interface Content {
  plain: Buffer<ArrayBuffer>;
  type: string;
  /** Made when it is first asked for. */
  encoded: Partial<Record<Encoding, Buffer<ArrayBuffer>>>;
}

function answerWith({ plain, type, encoded }: Content, encoding: Encoding | null): Response {
  const headers = new Headers({
    'content-type': type,
    'cache-control': 'public, max-age=31536000, immutable',
    'x-content-type-options': 'nosniff',
    vary: 'accept-encoding',
  });
  if (encoding === null) return new Response(plain, { headers });
  headers.set('content-encoding', encoding);
  encoded[encoding] ??= encoders[encoding](plain);
  return new Response(encoded[encoding], { headers });
}

/** At their best: each file is encoded once. */
const encoders: Record<Encoding, (plain: Buffer<ArrayBuffer>) => Buffer<ArrayBuffer>> = {
  br: (plain) => brotliCompressSync(plain),
  gzip: (plain) => gzipSync(plain, { level: 9 }),
};
