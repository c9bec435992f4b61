/** Opens the journal that the settings name, for the threads that write it and those that read it. */
import { type LogSettings, madeLog, openLog } from './log/open-log.ts';
import type { NatsSettings } from './nats-address.ts';
import type { JournalWithSnapshots, OpenOptions } from './opening.ts';
import { type MadeFiles, madeFiles } from './segment-names.ts';
import { SqliteJournal } from './sqlite.ts';

export type JournalSettings =
  | LogSettings
  | { kind: 'sqlite'; path: string; made?: MadeFiles }
  | ({ kind: 'jetstream'; replicas: number } & NatsSettings);

/** `partitions` is fixed when a journal is made; another number later is an error. */
export async function openJournal(
  settings: JournalSettings,
  partitions: number,
  options: OpenOptions = {},
): Promise<JournalWithSnapshots> {
  if (settings.kind === 'jetstream') {
    // Loading the client takes longer than opening the other journal, which does not need it.
    const { JetStreamJournal } = await import('./jetstream.ts');
    return JetStreamJournal.open({ ...settings, partitions, ...options });
  }
  if (settings.kind === 'log') return openLog(settings, partitions, options);
  const { path, ...rest } = settings;
  const { readonly = false, report } = options;
  return new SqliteJournal(path, { ...rest, partitions, readonly, report });
}

/**
 * The settings by which an engine's threads open the journal that exists now. Where a file of it is gone
 * later, or is another one, a thread that starts again must not go on with that, or make a new one.
 */
export function thisJournal(settings: JournalSettings): JournalSettings {
  if (settings.kind === 'jetstream') return settings;
  if (settings.kind === 'log') return { ...settings, made: madeLog(settings.folder) };
  return { ...settings, made: madeFiles(settings.path) };
}
