/** Bugs planted in what engines make of snapshots: the simulation finds every one. */
import { expect, test } from 'bun:test';
import type { Item } from '../../actors/item/item.ts';
import { entryHash } from '../../actors/journal/codec.ts';
import { Partition } from '../../actors/partition/partition.ts';
import { nothingRecovered, type Recovered } from '../../actors/partition/recovered.ts';
import { applyEntry } from '../../actors/partition/recovery.ts';
import type { PartitionWorld } from '../../actors/partition/world.ts';
import {
  decodeHeader,
  decodeState,
  digestOf,
  encodeHeader,
  encodeItems,
} from '../../actors/snapshot/format.ts';
import type { SnapshotStore } from '../../actors/snapshot/store.ts';
import { changed } from './changed.ts';
import type { SimulatedStore } from './faulty-journal.ts';
import { simulate } from './simulate.ts';
import type { Plants } from './surroundings.ts';

const seeds = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

const noBoard = { markBuyer: () => undefined };

/** What the store has after an entry. */
function stateAfter(store: SimulatedStore, partition: number, last: number): Recovered {
  const state = nothingRecovered(partition);
  for (let sequence = 1; sequence <= last; sequence++) {
    const entry = state.chain.next(sequence, store.at(partition, sequence)!);
    applyEntry(state, noBoard, entry);
  }
  return state;
}

/** Planted: the items of a snapshot are those before its last entry. */
function oneOff(snapshots: SnapshotStore, store: SimulatedStore): SnapshotStore {
  return changed(snapshots, {
    put: async (state, pace) => {
      const { partition, sequence } = state.chain;
      const { items } = stateAfter(store, partition, sequence - 1);
      return await snapshots.put({ ...state, items }, pace);
    },
  });
}

/** A copy of a state, which stays as it is. */
function copyOf(state: Readonly<Recovered>): Recovered {
  const header = decodeHeader(encodeHeader(state, digestOf(state.items)));
  return decodeState(header, new Uint8Array(Buffer.concat([...encodeItems(state.items)])));
}

/** Snapshots of another journal come among those of this one: as long, and with less in it. */
function ofAnotherJournal(snapshots: SnapshotStore): SnapshotStore {
  const earlier = new Map<number, Recovered>();
  return changed(snapshots, {
    put: async (state, pace) => {
      const { chain } = state;
      const { items } = earlier.get(chain.partition) ?? { items: new Map<number, Item>() };
      earlier.set(chain.partition, copyOf(state));
      const other = nothingRecovered(chain.partition).chain;
      other.advance(chain.sequence, 'f0'.repeat(32), chain.at);
      return await snapshots.put({ ...state, items, chain: other }, pace);
    },
  });
}

/** Planted: whoever recovers does not compare the hash. */
function believing({ snapshots, journal }: PartitionWorld): Pick<PartitionWorld, 'snapshots'> {
  return {
    snapshots: changed(snapshots!, {
      open: async (snapshot, pace) => {
        const { header, body } = await snapshots!.open(snapshot, pace);
        const { partition, seq } = header;
        for await (const { bytes } of journal.read(partition, seq))
          return { header: { ...header, hash: entryHash(bytes) }, body };
        return { header, body };
      },
    }),
  };
}

/** Planted: buyers of a snapshot are not marked, and the board answers all the same. */
function marksNobody({ positions, board }: PartitionWorld): Partial<PartitionWorld> {
  let isMarking = false;
  return {
    positions: changed(positions, {
      set: (partition, cell, value) => {
        if (cell === 'unmarked') isMarking = value === 1;
        positions.set(partition, cell, cell === 'unmarked' ? 0 : value);
      },
    }),
    board: changed(board, {
      markBuyer: (item, user) => {
        if (!isMarking) board.markBuyer(item, user);
      },
    }),
  };
}

/** Planted: a snapshot does not say how late it is where it was taken. */
function timeless(snapshots: SnapshotStore): SnapshotStore {
  return changed(snapshots, {
    put: async (state, pace) => snapshots.put({ ...state, at: 0 }, pace),
  });
}

/** Planted: the filter of buyers is made anew without those of this partition. */
function skipsRenewals(
  { board, positions }: PartitionWorld,
  partition: number,
): Partial<PartitionWorld> {
  const { buyers } = board;
  const skipped = changed(buyers, {
    get renewal() {
      positions.set(partition, 'renewed', buyers.renewal);
      return 0;
    },
  });
  return { board: changed(board, { buyers: skipped }) };
}

const inWorld = (
  change: (world: PartitionWorld, partition: number) => Partial<PartitionWorld>,
): Plants => ({
  partition: (partition, world) =>
    new Partition(partition, { ...world, ...change(world, partition) }),
});

const planted: Record<string, { plants: Plants; found: RegExp; happenings?: number }> = {
  'a snapshot whose items are one entry behind what it says': {
    plants: { snapshots: oneOff },
    found: /I2|I3|I6|I9|refuses to serve/,
  },
  'a start from a snapshot that does not mark its buyers': {
    plants: inWorld(marksNobody),
    found: /I3/,
    happenings: 1_000,
  },
  'a snapshot that forgets the time of its partition': {
    plants: { snapshots: timeless },
    found: /time went from/,
    happenings: 1_000,
  },
  'a filter of buyers that is made anew without those of a partition': {
    plants: inWorld(skipsRenewals),
    found: /I3/,
    happenings: 1_000,
  },
  'a recovery that believes a snapshot of another journal': {
    plants: { ...inWorld(believing), snapshots: ofAnotherJournal },
    found: /I2|I3|I6|I9|refuses to serve/,
  },
};

for (const [bug, { found, ...run }] of Object.entries(planted)) {
  test(`the simulation finds ${bug}`, async () => {
    const { failure } = await simulate({ seeds: seeds(1_000), ...run });
    expect(failure?.violation).toMatch(found);
  }, 240_000);
}

test('the simulation finds nothing wrong where snapshots of another journal are passed over', async () => {
  const { failure } = await simulate({ seeds: seeds(40), plants: { snapshots: ofAnotherJournal } });
  expect(failure).toBeNull();
}, 240_000);
