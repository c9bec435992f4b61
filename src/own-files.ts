/** Where the engine's own files are: in the repository, or inside the executable of `bun run build`. */
import { join } from 'node:path';

/** Whether this is the executable, which carries neither benches nor the simulation. */
export const inExecutable = import.meta.path.startsWith('/$bunfs/');
const root = inExecutable ? '/$bunfs/root' : join(import.meta.dir, '..');

/** The path of a folder or file, given relative to the repository's root. */
export function ownPath(path: string): string {
  return join(root, path);
}

/**
 * A thread's script, given relative to the repository's root; the executable carries it as JavaScript.
 */
export function ownScript(path: string): string {
  return ownPath(inExecutable ? path.replace(/\.ts$/, '.js') : path);
}
