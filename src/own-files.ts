/** Where the engine's own files are: in the repository, or inside the executable of `bun run build`. */
import { join } from 'node:path';

/** Whether this is the executable, which carries neither benches nor simulation. */
export const inExecutable = import.meta.path.startsWith('/$bunfs/');
const root = inExecutable ? '/$bunfs/root' : join(import.meta.dir, '..');

/** The path of a folder or file, given from the repository's root. */
export function ownPath(path: string): string {
  return join(root, path);
}

/** The script of a thread, given from the repository's root; the executable carries it as JavaScript. */
export function ownScript(path: string): string {
  return ownPath(inExecutable ? path.replace(/\.ts$/, '.js') : path);
}
