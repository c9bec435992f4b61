/**
 * Actor threads without the HTTP part: a feeder keeps the mailbox of each full of commands and takes the
 * replies, each of which leaves only when what it rests on is fsynced.
 */
import { type JournalSettings, openJournal, thisJournal } from '../../actors/journal/open.ts';
import { Board } from '../../actors/memory/board.ts';
import { Positions } from '../../actors/memory/positions.ts';
import { makeSharedMemory } from '../../actors/shared.ts';
import type { ActorThreadSettings, FromActorThread, ToActorThread } from '../../actors/worker.ts';
import { Feeder } from './feeder.ts';

export const partitions = 8;

/** Threads of one engine, as it were. */
interface FedActorThreads {
  /** One for each thread, with items of that thread's partitions. */
  feeders: readonly Feeder[];
  board: Board;
  positions: Positions;
  /** Asks the threads to write what they have, and waits until they have left. */
  stop(): Promise<void>;
}

export interface FedActorThread extends Omit<FedActorThreads, 'feeders'> {
  feeder: Feeder;
}

/** What may be different from an engine's thread that keeps everything in memory. */
interface ActorThreadOptions {
  snapshotsFolder?: string;
  retainMs?: number;
  /** Items are numbered from the one after this. */
  itemOffset?: number;
}

/** The embedded journal at a path: an engine's, where that is `journal` in its data folder. */
export function journalAt(path: string, threads = 1): JournalSettings {
  return { kind: 'log', folder: path, before: `${path}.db`, streams: threads };
}

/** Starts an actor thread on a journal, which may be new. */
export function startActorThread(
  path: string,
  { snapshotsFolder = `${path}-snapshots`, ...options }: ActorThreadOptions = {},
): Promise<FedActorThread> {
  return startActorThreadOn(journalAt(path), { snapshotsFolder, ...options });
}

/** The same, on a journal of any kind. */
export async function startActorThreadOn(
  journal: JournalSettings,
  {
    snapshotsFolder,
    retainMs = Number.POSITIVE_INFINITY,
    itemOffset = 0,
  }: ActorThreadOptions & { snapshotsFolder: string },
): Promise<FedActorThread> {
  const settings = { journal, snapshotsFolder, retainMs };
  const { feeders, ...rest } = await startActorThreads(settings, 1, itemOffset);
  return { ...rest, feeder: feeders[0]! };
}

/** Starts as many threads as divide the partitions, on one journal: thread t has partitions t, t + threads, … */
export async function startActorThreads(
  own: Pick<ActorThreadSettings, 'journal' | 'snapshotsFolder' | 'retainMs'>,
  threads: number,
  itemOffset = 0,
): Promise<FedActorThreads> {
  const memory = makeSharedMemory(1, threads);
  const writer = Bun.randomUUIDv7();
  const numbers = Array.from({ length: threads }, (_, thread) => thread);
  // As an engine does, before any of its threads writes.
  await (await openJournal(own.journal, partitions)).close();
  const journal = thisJournal(own.journal);
  const running = await Promise.all(
    numbers.map((thread) =>
      startThread({
        ...{ type: 'start', thread, life: 0, actorThreads: threads, partitions, writer, memory },
        ...{ redisUrl: null, logLevel: 'warning', clockStepMs: 0, cluster: null },
        ...own,
        journal,
      }),
    ),
  );
  return {
    feeders: numbers.map((thread) => new Feeder(memory, thread, itemOffset + thread, threads)),
    board: new Board(memory.board),
    positions: new Positions(memory.positions),
    async stop() {
      await Promise.all(running.map((thread) => thread.stop()));
    },
  };
}

async function startThread(settings: ActorThreadSettings): Promise<{ stop(): Promise<void> }> {
  const thread = new Worker(new URL('../../actors/worker.ts', import.meta.url), {
    name: `actor-${settings.thread}`,
  });
  const post = (message: ToActorThread) => thread.postMessage(message);
  const says = (type: FromActorThread['type']) =>
    new Promise<void>((resolve, reject) => {
      thread.onmessage = ({ data }: MessageEvent<FromActorThread>) => {
        if (data.type === type) resolve();
      };
      thread.onerror = (event) => reject(new Error(event.message));
      thread.addEventListener('close', () => reject(new Error('the actor thread has ended')));
    });
  const recovered = says('recovered');
  post(settings);
  await recovered;
  return {
    async stop() {
      const drained = says('drained');
      post({ type: 'drain' });
      await drained;
      // Its memory would be this process's until the end.
      thread.terminate();
    },
  };
}
