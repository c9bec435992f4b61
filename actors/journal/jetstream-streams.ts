/** The streams of the JetStream journal: how they are named, made and checked. */
import type { JetStreamManager, StreamConfig } from 'nats';
import { entryBytesMax, partitionsMax } from '../limits.ts';
import { isNoStream } from './jetstream-errors.ts';
import { JournalMisconfigured, JournalUnavailable } from './journal.ts';
import type { NatsSettings } from './nats-address.ts';

/** What a message carries beside its entry: header names, subject, reply address. */
const messageOverheadBytes = 1_024;

export interface JetStreamOptions extends NatsSettings {
  /** Servers that keep each stream. */
  replicas: number;
  /** Partitions, for when the journal is made; a reader may leave it out and be told. */
  partitions?: number;
  /** A reader makes no streams. */
  readonly?: boolean;
  /** Gives up opening after this long; without it, tries for ever. */
  patienceMs?: number;
  /** Called with each loss and return of the connection, in words. */
  report?: (state: string) => void;
}

/** What the journal needs of the server's stream management. */
export interface StreamManager {
  /** The stream's settings under the server's names; null where there is no stream. */
  find(name: string): Promise<FoundStream | null>;
  /** Makes a stream, or does nothing where there is one with these settings. */
  make(config: StreamSettings): Promise<void>;
}

interface FoundStream {
  config: object;
  messages: number;
}

/** Settings of a stream under the server's names. */
export type StreamSettings = { name: string } & Record<string, unknown>;

/** What a server's acknowledgement of an append means. */
export interface Acknowledgement {
  serverVersion: string;
  replicas: number;
  /** When the server forces its file to disk; since 2.10 it tells its clients nothing about it. */
  fsync: 'interval' | 'unknown';
  text: string;
}

/** The partition's stream. */
export function nameOf(partition: number): string {
  return `STAMPEDE_${String(partition).padStart(2, '0')}`;
}

/** The one subject of the partition's stream. */
export function subjectOf(partition: number): string {
  return `stampede.journal.${String(partition).padStart(2, '0')}`;
}

/** The stream of the probes (`jetstream-probe.ts`): not part of the journal, but kept where it is. */
export const probeStream = 'STAMPEDE_PROBE';
export const probeSubject = 'stampede.journal.probe';

export function probeSettings(replicas: number): StreamSettings {
  return {
    name: probeStream,
    description:
      'Stampede finds out here whether its journal can be written; only the last probe is kept',
    subjects: [probeSubject],
    storage: 'file',
    num_replicas: replicas,
    retention: 'limits',
    discard: 'old',
    max_msgs: 1,
  };
}

/** Refuses a server whose `max_payload` is too short for an entry. */
export function checkMessageBytes(serverMaxBytes: number): void {
  const needed = entryBytesMax + messageOverheadBytes;
  if (serverMaxBytes >= needed) return;
  throw new JournalMisconfigured(
    `the server takes messages of ${serverMaxBytes} bytes, entries need ${needed}: raise max_payload`,
  );
}

/**
 * Makes the streams on the first start and checks them on later ones; returns how many partitions the
 * journal has.
 * @param place - the server as messages name it.
 * @throws JournalMisconfigured when a stream is missing or is not as the journal makes it.
 * @throws JournalUnavailable when there is nothing to read yet.
 */
export async function prepareStreams(
  manager: StreamManager,
  place: string,
  { replicas, partitions, readonly }: JetStreamOptions,
): Promise<number> {
  if (partitions !== undefined && !(partitions >= 1 && partitions <= partitionsMax)) {
    throw new JournalMisconfigured(`a journal has 1 to ${partitionsMax} partitions`);
  }
  const first = await manager.find(nameOf(0));
  const made = first === null ? null : partitionsSaid(first.config);
  if (made !== null && partitions !== undefined && partitions !== made) {
    throw new JournalMisconfigured(
      `${place} holds a journal of ${made} partitions, it cannot be opened with ${partitions}`,
    );
  }
  const count = made ?? partitions;
  if (count === undefined) throw new JournalUnavailable('it has not been made yet');
  const all = Array.from({ length: count }, (_, partition) =>
    streamSettings(partition, count, replicas),
  );
  const found = await findAll(manager, all);
  for (const [partition, wanted] of all.entries()) {
    const stream = found[partition];
    if (stream) checkStream(wanted, stream.config);
    else if (isUsed(found))
      throw new JournalMisconfigured(`stream ${wanted.name} of the journal is missing`);
    else if (readonly) throw new JournalUnavailable('it has not been made yet');
    else await manager.make(wanted);
  }
  if (!readonly) await prepareProbes(manager, probeSettings(replicas));
  return count;
}

type Found = (FoundStream | null)[];

async function findAll(manager: StreamManager, all: readonly StreamSettings[]): Promise<Found> {
  const find = () => Promise.all(all.map(({ name }) => manager.find(name)));
  const found = await find();
  // Another engine may be making the journal: it makes all the streams before it writes to the first.
  return isUsed(found) && found.includes(null) ? await find() : found;
}

/** Streams are all made before the first append: without one of them, entries have been lost. */
function isUsed(found: Found): boolean {
  return found.some((stream) => stream !== null && stream.messages > 0);
}

async function prepareProbes(manager: StreamManager, wanted: StreamSettings): Promise<void> {
  const found = await manager.find(wanted.name);
  if (found === null) await manager.make(wanted);
  else checkStream(wanted, found.config);
}

function streamSettings(partition: number, partitions: number, replicas: number): StreamSettings {
  return {
    name: nameOf(partition),
    description: `Stampede journal, partition ${partition} of ${partitions}`,
    subjects: [subjectOf(partition)],
    storage: 'file',
    num_replicas: replicas,
    retention: 'limits',
    discard: 'new',
    deny_delete: true,
    deny_purge: true,
    allow_rollup_hdrs: false,
    sealed: false,
    max_age: 0,
    max_msgs: -1,
    max_bytes: -1,
    max_msg_size: -1,
    max_msgs_per_subject: -1,
  };
}

/** The number of partitions that a stream's description gives; null when it gives none. */
function partitionsSaid(config: object): number | null {
  const description = 'description' in config ? String(config.description) : '';
  const said = / of (\d+)$/.exec(description)?.[1];
  return said === undefined ? null : Number(said);
}

function checkStream(wanted: StreamSettings, found: object): void {
  const values = new Map<string, unknown>(Object.entries(found));
  for (const [name, value] of Object.entries(wanted)) {
    const [expected, actual] = [JSON.stringify(value), JSON.stringify(values.get(name))];
    if (expected === actual) continue;
    throw new JournalMisconfigured(
      `stream ${wanted.name} is not this journal's: ${name} is ${actual}, not ${expected}`,
    );
  }
  if (values.get('mirror') || values.get('sources')) {
    throw new JournalMisconfigured(`stream ${wanted.name} is fed from another stream`);
  }
}

/** Says what an acknowledgement by a server of this version means. */
export function acknowledgementOf(serverVersion: string, replicas: number): Acknowledgement {
  const [major = 0, minor = 0] = serverVersion.split('.').map(Number);
  const fsync = major === 2 && minor < 10 ? 'interval' : 'unknown';
  const disk =
    fsync === 'interval'
      ? 'It is forced to disk at intervals: a power cut can lose what was acknowledged.'
      : 'Only sync_interval "always" survives a power cut, and the server does not report its setting.';
  const kept = replicas === 1 ? 'the server' : `a majority of ${replicas} servers`;
  const text = `nats-server ${serverVersion}: an acknowledged entry is with ${kept} and survives the end of its process. ${disk}`;
  return { serverVersion, replicas, fsync, text };
}

export function streamManager({ streams }: JetStreamManager): StreamManager {
  return {
    async find(name) {
      try {
        const { config, state } = await streams.info(name);
        return { config, messages: state.messages };
      } catch (error) {
        if (isNoStream(error)) return null;
        throw error;
      }
    },
    async make(settings) {
      // The library's enumerations are exactly the strings of the server's own interface.
      await streams.add(settings as Partial<StreamConfig>);
    },
  };
}
