/** Bugs planted in what engines of a cluster do with each other: the simulation finds every one. */
import { expect, test } from 'bun:test';
import { unitsLeft } from '../../actors/item/item.ts';
import { Chain, decodeEntry, encodeEntry } from '../../actors/journal/codec.ts';
import type { Journal } from '../../actors/journal/journal.ts';
import type { Board } from '../../actors/memory/board.ts';
import { Partition } from '../../actors/partition/partition.ts';
import type { PartitionWorld } from '../../actors/partition/world.ts';
import { type Command, code } from '../../actors/protocol.ts';
import { changed } from './changed.ts';
import { isCluster } from './character.ts';
import { simulate } from './simulate.ts';
import type { Plants } from './surroundings.ts';

function clusterSeeds(count: number, first = 1): number[] {
  const all = Array.from({ length: 5 * count }, (_, index) => first + index);
  return all.filter(isCluster).slice(0, count);
}

/** Partitions in a world that is changed. */
function inWorld(
  change: (partition: number, world: PartitionWorld) => Partial<PartitionWorld>,
): Plants {
  return {
    partition: (partition, world) =>
      new Partition(partition, { ...world, ...change(partition, world) }),
  };
}

function appending(journal: Journal, append: Journal['append']): Pick<PartitionWorld, 'journal'> {
  return { journal: changed(journal, { append }) };
}

/** Planted: the board shows what is decided, and not yet durable. */
class ShowsEarly extends Partition {
  constructor(
    partition: number,
    private readonly outside: PartitionWorld,
  ) {
    super(partition, outside);
  }

  override submit(mailbox: number, request: number, command: Command, now: number): void {
    super.submit(mailbox, request, command, now);
    const item = this.items.get(command.item);
    const row = this.outside.board.read(command.item);
    if (item === undefined || row === null) return;
    this.outside.board.write(item.id, { ...row, left: unitsLeft(item) });
  }
}

/** Planted: whom an entry makes a buyer is only known to be one with the next. */
function marksLate(board: Board): Board {
  let late: (() => void) | null = null;
  return changed(board, {
    markBuyer: (item, user) => {
      late?.();
      late = () => board.markBuyer(item, user);
    },
  });
}

/** Planted: while it takes a partition it reads nothing new, and its barrier goes to the end whatever that is. */
function takesBlindly(journal: Journal, isTaking: () => boolean): Journal {
  return changed(journal, {
    async *read(partition, from) {
      for await (const entry of journal.read(partition, from)) {
        yield entry;
        if (isTaking()) return;
      }
    },
    append: async (partition, expectedLast, bytes) => {
      if (!isTaking()) return await journal.append(partition, expectedLast, bytes);
      const { writer } = decodeEntry(partition, expectedLast + 1, bytes);
      const chain = new Chain(partition);
      let at = 0;
      for await (const entry of journal.read(partition, 1)) {
        const { events } = chain.next(entry.sequence, entry.bytes);
        at = Math.max(chain.at, ...events.map((event) => event.at ?? 0));
      }
      const { sequence, hash: prev } = chain;
      const barrier = encodeEntry({ partition, seq: sequence + 1, prev, writer, at }, []);
      await journal.append(partition, sequence, barrier);
      return expectedLast + 1;
    },
  });
}

interface Planted {
  plants: Plants;
  found: RegExp;
  happenings?: number;
  /** Where the search begins, if not at 1: not far before the first seed that met the bug when it was planted. */
  first?: number;
}

const planted: Record<string, Planted> = {
  'an owner that answers before its barrier': {
    plants: inWorld((partition, { journal }) =>
      appending(journal, async (p, expectedLast, bytes) => {
        const isBarrier = decodeEntry(partition, expectedLast + 1, bytes).events.length === 0;
        const stored = journal.append(p, expectedLast, bytes);
        if (!isBarrier) return await stored;
        stored.catch(() => undefined);
        return expectedLast + 1;
      }),
    ),
    found: /I2|I3|I6|I9|refuses to serve/,
  },
  'a board that is fed ahead of the journal': {
    plants: { partition: (partition, world) => new ShowsEarly(partition, world) },
    found: /I2|I9/,
  },
  'an owner that goes on answering when its lease has ended': {
    plants: inWorld(() => ({ steadyClock: () => 0 })),
    found: /I2|I3|I9/,
    happenings: 1_000,
    first: 200,
  },
  'a follower that knows buyers later than what they bought': {
    plants: inWorld((_, { board }) => ({ board: marksLate(board) })),
    found: /I3/,
  },
  'a hand-over that drops what was decided': {
    plants: inWorld((partition, { journal, positions }) =>
      appending(journal, async (p, expectedLast, bytes) => {
        if (positions.mode(partition) !== 'handing over')
          return await journal.append(p, expectedLast, bytes);
        return expectedLast + 1;
      }),
    ),
    found: /I2|I3|refuses to serve|the board of/,
    happenings: 1_000,
    first: 160,
  },
  'an engine that takes a partition without what it has not heard yet': {
    plants: inWorld((partition, { journal, positions }) => {
      const isTaking = () => positions.mode(partition) === 'taking';
      return { journal: takesBlindly(journal, isTaking) };
    }),
    found: /I2|I3|I9/,
  },
  'a board that refuses as late as it is, without having asked the owner': {
    plants: { inStep: { with: async () => true } },
    found: /I3|I2|I9/,
    happenings: 1_000,
  },
  'a command that is sent again when its outcome is unknown': {
    plants: { sendsAgain: (reply) => reply.code === code.outcomeUnknown },
    found: /nothing was done|× restock|× withdrawUnits/,
    happenings: 1_000,
  },
};

test('the simulation finds nothing wrong with engines that form a cluster', async () => {
  const { seeds, failure } = await simulate({ seeds: clusterSeeds(5) });
  expect(failure).toBeNull();
  expect(seeds).toBe(5);
}, 240_000);

for (const [bug, { plants, found, happenings, first }] of Object.entries(planted)) {
  test(`the simulation finds ${bug}`, async () => {
    const run = happenings === undefined ? { plants } : { plants, happenings };
    const { failure } = await simulate({ seeds: clusterSeeds(400, first), ...run });
    expect(failure?.violation).toMatch(found);
  }, 240_000);
}
