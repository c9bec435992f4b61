/** Opens the journal that the settings name, for the threads that write it and those that read it. */
import { type LogSettings, madeLog, openLog } from './log/open-log.ts';
import type { NatsSettings } from './nats-address.ts';
import type { JournalWithSnapshots, OpenOptions } from './opening.ts';

export type JournalSettings =
  | LogSettings
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
  return openLog(settings, partitions, options);
}

/**
 * The settings by which an engine's threads open the journal that exists now. Where a file of it is gone
 * later, or is another one, a thread that starts again must not go on with that, or make a new one.
 */
export function thisJournal(settings: JournalSettings): JournalSettings {
  if (settings.kind === 'jetstream') return settings;
  return { ...settings, made: madeLog(settings.folder) };
}
