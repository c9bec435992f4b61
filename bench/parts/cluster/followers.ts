/**
 * What a follower does for an order, beside its owner, without servers: an actor thread takes orders and
 * journals them, then a follower applies the same entries from memory.
 */

import { itemBytes } from '../../../actors/item/item.ts';
import type { StoredEntry } from '../../../actors/journal/journal.ts';
import { openJournal } from '../../../actors/journal/open.ts';
import { Board } from '../../../actors/memory/board.ts';
import { Positions } from '../../../actors/memory/positions.ts';
import { Follower } from '../../../actors/partition/follower.ts';
import { nothingRecovered } from '../../../actors/partition/recovered.ts';
import { temporaryFolder } from '../../../actors/testing/process.ts';
import {
  emptyReport,
  median,
  type Part,
  reported,
  thousands,
  WrongAnswer,
} from '../../report/report.ts';
import { cpuTimes, mainThreadNanos } from '../../servers/cpu.ts';
import { journalAt, partitions, startActorThread } from '../actor-thread.ts';

const item = 1;

interface Round {
  /** Microseconds of CPU an order, of the thread alone. */
  ownerMicros: number;
  followerMicros: number;
  /** Bytes of state an order. */
  bytes: number;
  /** Orders in an entry. */
  batch: number;
}

export const followers: Part = {
  name: 'followers',
  cluster: true,
  async run({ quick, progress }) {
    const orders = quick ? 200_000 : 1_000_000;
    const rounds: Round[] = [];
    for (let round = 0; round < (quick ? 1 : 3); round++) {
      progress(`followers: round ${round + 1}, ${thousands(orders)} orders`);
      rounds.push(await measureRound(orders));
    }
    const of = (figure: keyof Round) => median(rounds.map((round) => round[figure]));
    const [owner, follower] = [of('ownerMicros'), of('followerMicros')];
    const batch = `entries of ${of('batch').toFixed(0)} orders`;
    return {
      ...emptyReport(),
      targets: [
        reported(
          'follower, without servers: CPU of a followed order',
          follower,
          ' µs',
          `${batch}; its owner took ${owner.toFixed(2)} µs to take, decide, journal and answer it`,
        ),
        reported('follower: CPU, of its owner', follower / owner, '', 'threads alone'),
        reported('follower: memory of a followed order', of('bytes'), ' bytes', 'as at its owner'),
      ],
    };
  },
};

async function measureRound(orders: number): Promise<Round> {
  const folder = temporaryFolder();
  try {
    const path = folder.file('journal');
    const { feeder, stop } = await startActorThread(path);
    await feeder.openSales(1, 2 * orders);
    await feeder.place(orders / 4, 1); // Compilers are warm after this.
    const before = cpuTimes(process.pid).actor;
    await feeder.place(orders, 1);
    const ownerNanos = cpuTimes(process.pid).actor - before;
    await stop();
    const entries = await entriesOf(path);
    await follow(entries); // Here, too.
    const placed = orders + orders / 4;
    const followed = await follow(entries);
    if (followed.orders !== placed) {
      throw new WrongAnswer(`followers: ${followed.orders} orders followed of ${placed}`);
    }
    return {
      ownerMicros: ownerNanos / 1_000 / orders,
      followerMicros: followed.nanos / 1_000 / placed,
      bytes: followed.bytes / placed,
      batch: placed / entries.length,
    };
  } finally {
    folder.remove();
  }
}

async function entriesOf(path: string): Promise<StoredEntry[]> {
  const journal = await openJournal(journalAt(path), partitions, { readonly: true });
  const entries: StoredEntry[] = [];
  for await (const entry of journal.read(item % partitions, 1)) entries.push(entry);
  await journal.close();
  return entries;
}

/** Follows from the first entry on, on this thread. */
async function follow(entries: readonly StoredEntry[]) {
  const items = new Map();
  const follower = new Follower(
    {
      board: new Board(new SharedArrayBuffer(Board.bytes())),
      positions: new Positions(new SharedArrayBuffer(Positions.bytes)),
      acknowledged: () => undefined,
    },
    {
      async *follow() {
        yield* entries;
      },
      writerSeen: () => undefined,
    },
    { ...nothingRecovered(item % partitions), items },
  );
  const before = mainThreadNanos();
  await follower.run();
  const nanos = mainThreadNanos() - before;
  const followed = follower.recovered.items.get(item)!;
  return { nanos, orders: followed.orders.count, bytes: itemBytes(followed) };
}
