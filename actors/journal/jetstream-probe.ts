/**
 * How the JetStream journal finds out whether appends would be taken, without an append. No probe touches
 * a partition's stream: in a cluster even a refused message has a place in the stream's consensus log,
 * and a server that was cut off may take that for a sequence number. An empty stream that was probed so
 * came out of cuts with 0 messages and 321 as its last sequence (nats-server 2.9.10).
 *
 * So there are two questions, asked together:
 * - a message is stored in a stream of its own, `STAMPEDE_PROBE`, which keeps the last one only and is kept
 *   as the journal is: that proves that the server we talk to has JetStream, a majority and a disk;
 * - each partition's stream has a consensus group and a leader of its own, which the first question says
 *   nothing about. Its leader answers for it, and tells when it last heard of each of its followers: one
 *   that hears of no majority could not store an entry.
 *
 * A disk that is full may show only with an append: a probe is short. In 2.9 the stream of that append then
 * hangs until the server is started again.
 */
import type { PeerInfo, StreamInfo } from 'nats';
import { peerSilentMs } from '../limits.ts';
import type { Link } from './jetstream-dial.ts';
import { isNoResponder, unavailable } from './jetstream-errors.ts';
import {
  nameOf,
  probeSettings,
  probeStream,
  probeSubject,
  streamManager,
} from './jetstream-streams.ts';

const nanosecondsPerMs = 1_000_000;

/** What a stream's leader tells of its consensus group; undefined from a server without a cluster. */
type Group = StreamInfo['cluster'];

/** Stores a message in the stream of the probes. @throws JournalUnavailable */
export async function storeProbe({ client, manager }: Link, replicas: number): Promise<void> {
  const expect = { streamName: probeStream };
  const store = () => client.publish(probeSubject, new Uint8Array(), { expect });
  try {
    await store().catch(async (cause: unknown) => {
      if (!isNoResponder(cause)) throw cause;
      // Whoever deletes a stream whose name tells them nothing shall not stop a sale.
      await streamManager(manager).make(probeSettings(replicas));
      await store();
    });
  } catch (cause) {
    throw unavailable('the server stores no probe', cause);
  }
}

/** Asks the leader of a partition's stream whether a majority follows it. @throws JournalUnavailable */
export async function askLeader({ manager }: Link, partition: number): Promise<void> {
  const takesNone = (why: unknown) => unavailable(`partition ${partition} takes no entries`, why);
  const asked = manager.streams.info(nameOf(partition));
  const { cluster } = await asked.catch((cause) => Promise.reject(takesNone(cause)));
  const why = whyUnwritable(cluster);
  if (why !== null) throw takesNone(why);
}

/** Why the leader of a stream could not store an entry now; null where nothing speaks against it. */
export function whyUnwritable(group: Group): string | null {
  if (group === undefined) return null;
  const { leader, replicas = [] } = group;
  if (!leader) return 'its stream has no leader';
  const servers = replicas.length + 1;
  const heard = replicas.filter(isHeard);
  if (heard.length + 1 > servers / 2) return null;
  return `the leader of its stream, ${leader}, hears of ${heard.length} of ${replicas.length} others`;
}

/** Whether a leader is in touch with a follower. One that was never heard of has been silent for 0 ns, by the leader's word. */
export function isHeard({ current, offline, active }: PeerInfo): boolean {
  if (offline === true || active >= peerSilentMs * nanosecondsPerMs) return false;
  return active > 0 || current;
}
