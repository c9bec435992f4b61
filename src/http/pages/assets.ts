/**
 * The files that pages load. Each is served under a name with the hash of its content, so that
 * browsers may keep it for ever; a changed file has a new name.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownPath } from '../../own-files.ts';

const folder = ownPath('src/http/pages/browser');

const types: Record<string, string> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

export interface Assets {
  /** The path under which a file of `browser/` is served. @throws where there is no such file */
  path(file: string): string;
  /** The answer to a request for `/assets/<name>`; null where no file has that name. */
  answer(name: string): Response | null;
}

/** Reads every file once. */
export function loadAssets(): Assets {
  const names = new Map<string, string>();
  const contents = new Map<string, { content: string; type: string }>();
  const add = (file: string): string => {
    const known = names.get(file);
    if (known !== undefined) return known;
    const [base, extension] = file.split('.') as [string, string]; // Every file has one dot.
    // A script is served with the hashed names of what it imports, so that its hash covers them.
    const content = readFileSync(join(folder, file), 'utf8').replace(
      /(?<=from ')\.\/([\w-]+\.js)(?=')/g,
      (_, imported: string) => `./${add(imported)}`,
    );
    const hash = Bun.SHA256.hash(content, 'hex').slice(0, 12);
    const name = `${base}.${hash}.${extension}`;
    names.set(file, name);
    contents.set(name, { content, type: types[extension]! });
    return name;
  };
  for (const file of readdirSync(folder)) add(file);
  return {
    path(file) {
      const name = names.get(file);
      if (name === undefined) throw new Error(`there is no asset ${file}`);
      return `/assets/${name}`;
    },
    answer(name) {
      const found = contents.get(name);
      if (found === undefined) return null;
      return new Response(found.content, {
        headers: {
          'content-type': found.type,
          'cache-control': 'public, max-age=31536000, immutable',
          'x-content-type-options': 'nosniff',
        },
      });
    },
  };
}
