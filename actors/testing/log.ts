import type { LogSettings } from '../journal/log/open-log.ts';

/** The embedded journal at a path: an engine's, where that is `journal` in its data folder. */
export function logAt(path: string): LogSettings {
  return { kind: 'log', folder: path, before: `${path}.db`, streams: 1 };
}
