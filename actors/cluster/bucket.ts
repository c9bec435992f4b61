/**
 * Where beats are: a key-value bucket of NATS, in memory, whose keys last a moment. Each beat that the bucket
 * has stored is published again by the server that leads it, on a subject of its own, which is where
 * engines hear it: a watch of the bucket would be a consumer, which is lost with the server that keeps it
 * and falls silent when the bucket is deleted. The bucket's own numbers show whether a beat was missed.
 */
import { headers, type Msg, StorageType, type Subscription } from 'nats';
import type { Link } from '../journal/jetstream-dial.ts';
import { isNoResponder, serverCode } from '../journal/jetstream-errors.ts';
import { streamManager } from '../journal/jetstream-streams.ts';
import { beatAnswerMs, memberTtlMs } from '../limits.ts';

const bucket = 'STAMPEDE_MEMBERS';
const stream = `KV_${bucket}`;
const keys = `$KV.${bucket}.engine`;
const heardSubject = 'stampede.members.engine';

/** Code of the server's error, from its errors.json. */
const messageNotFound = 10_037;

/** Something that the bucket has stored. */
export interface Stored {
  /** Of the engine that it is about. */
  id: string;
  /** What it said; null where the key was deleted. */
  beat: string | null;
}

/** Makes the bucket, where it is not there. Resolves with whether it was made. */
export async function makeBucket({ client, manager }: Link, replicas: number): Promise<boolean> {
  if ((await streamManager(manager).find(stream)) !== null) return false;
  await client.views.kv(bucket, {
    description: 'Engines of Stampede that run, and what they own',
    replicas,
    storage: StorageType.Memory,
    history: 1,
    ttl: memberTtlMs,
    republish: { src: `${keys}.>`, dest: `${heardSubject}.>` },
  });
  return true;
}

/** Whether the bucket is there and as engines make it: one that somebody else made tells them nothing. */
export async function bucketFits({ manager }: Link, replicas: number): Promise<boolean> {
  const found = await streamManager(manager).find(stream);
  if (found === null) return true;
  const values = new Map<string, unknown>(Object.entries(found.config));
  const republish = JSON.stringify(values.get('republish') ?? null);
  return values.get('num_replicas') === replicas && republish.includes(heardSubject);
}

/** Deletes the bucket: what is in it lasts two seconds anyhow. */
export async function dropBucket({ manager }: Link): Promise<void> {
  await manager.streams.delete(stream);
}

/** Stores a beat. @throws what the client throws: nobody knows whether it will be stored. */
export async function storeBeat({ client }: Link, id: string, beat: string): Promise<void> {
  const expect = { streamName: stream };
  await client.publish(`${keys}.${id}`, beat, { expect, timeout: beatAnswerMs });
}

/** Deletes an engine's key, as `kv del` does: it has left. */
export async function deleteBeat({ client }: Link, id: string): Promise<void> {
  const deleted = headers();
  deleted.set('KV-Operation', 'DEL');
  await client.publish(`${keys}.${id}`, '', { headers: deleted, timeout: beatAnswerMs });
}

/** Whether nobody takes beats: the bucket is gone, or has no leader now. */
export const isUnheard = isNoResponder;

/**
 * Hears of all that is stored from now on, in its order.
 * @param heard - is given the number that the bucket has stored it under.
 * @param failed - is told why nothing more will be heard, where the server says so.
 */
export async function hearBeats(
  { connection }: Link,
  heard: (stored: Stored, sequence: number) => void,
  failed: (error: Error) => void,
): Promise<Subscription> {
  const subscription = connection.subscribe(`${heardSubject}.>`, {
    callback: (error, message) => {
      if (error !== null) failed(error);
      else heard(storedOf(message), Number(message.headers?.get('Nats-Sequence')));
    },
  });
  await connection.flush();
  return subscription;
}

function storedOf({ subject, headers, data }: Msg): Stored {
  const id = subject.slice(heardSubject.length + 1);
  const deleted = (headers?.get('KV-Operation') ?? '') !== '';
  return { id, beat: deleted ? null : new TextDecoder().decode(data) };
}

/** What each engine last said, as far as the bucket still has it. */
export async function storedBeats({ manager }: Link): Promise<Stored[]> {
  const { state } = await manager.streams.info(stream, { subjects_filter: '>' });
  const found: Stored[] = [];
  for (const subject of Object.keys(state.subjects ?? {})) {
    const message = await manager.streams
      .getMessage(stream, { last_by_subj: subject })
      .catch((error) => (isTooOld(error) ? null : Promise.reject(error)));
    if (message === null || message.header.get('KV-Operation') !== '') continue;
    found.push({
      id: subject.slice(keys.length + 1),
      beat: new TextDecoder().decode(message.data),
    });
  }
  return found;
}

/** It has come to its age between two questions. */
function isTooOld(error: unknown): boolean {
  return serverCode(error) === messageNotFound;
}
