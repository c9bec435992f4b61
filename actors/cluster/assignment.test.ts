import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import type { PartitionMode } from '../memory/positions.ts';
import { type Contender, planFor } from './assignment.ts';
import { drawsOf, highest } from './rendezvous.ts';

type TestShare = Contender['shares'][number];

function share(mode: PartitionMode, owned: boolean, seq = 10, fresh = true): TestShare {
  return { mode, owned, seq, fresh, heir: null };
}

const ready = (seq = 10) => share('ready', true, seq);
const following = share('following', false);
const stale = share('following', false, 5, false);
const recovering = share('recovering', false, 0, false);

/** The first is the one that the hash names for partition 0, and so on. */
const ids = ['a', 'b', 'c'].toSorted((one, other) => {
  const draw = (id: string) => drawsOf(id, 1, 1)[0]!;
  return draw(other) - draw(one);
});

/** Engines with these shares of partition 0, those that the hash names first at the front. */
function engines(...shares: TestShare[]): Contender[] {
  return shares.map((one, index) => {
    const id = ids[index]!;
    return { id, leaving: false, draws: drawsOf(id, 1, 1), shares: [one] };
  });
}

const leaving = (engine: Contender): Contender => ({ ...engine, leaving: true });

/** What each of these engines is to do. */
function tasks(all: readonly Contender[]): string[] {
  return all.map((self) => {
    const { task } = planFor(0, all, self, null);
    return task.what === 'hand over' ? `hand over to ${ids.indexOf(task.to)}` : task.what;
  });
}

describe('a partition that nobody owns', () => {
  test('is taken by the one that the hash names', () => {
    expect(tasks(engines(following, following, following))).toEqual(['take', 'nothing', 'nothing']);
  });

  test('is taken by the first that is fresh', () => {
    expect(tasks(engines(stale, following, following))).toEqual(['nothing', 'take', 'nothing']);
  });

  test('is taken by the one that its last owner has handed it to, whoever seems fresh', () => {
    const given = { ...following, heir: { id: ids[2]!, seq: 10 } };
    expect(tasks(engines(following, given, stale))).toEqual(['nothing', 'nothing', 'take']);
    // Handed on since: whoever knew more was the last owner.
    const later = { ...following, heir: { id: ids[0]!, seq: 12 } };
    expect(tasks(engines(stale, given, later))).toEqual(['take', 'nothing', 'nothing']);
  });

  test('is taken by another where that one is gone, or leaves', () => {
    const [a, b, c] = engines(
      ...[following, { ...following, heir: { id: ids[2]!, seq: 10 } }, following],
    );
    expect(tasks([a!, b!])).toEqual(['take', 'nothing']);
    expect(tasks([a!, b!, leaving(c!)])).toEqual(['take', 'nothing', 'nothing']);
  });

  test('waits for the first where none is fresh', () => {
    expect(tasks(engines(stale, stale))).toEqual(['take', 'nothing']);
    expect(tasks(engines(recovering, recovering))).toEqual(['nothing', 'nothing']);
  });

  test('is not taken by an engine that leaves', () => {
    const [a, b] = engines(following, following);
    expect(tasks([leaving(a!), b!])).toEqual(['nothing', 'take']);
    const { wanted, served } = planFor(0, [leaving(a!)], leaving(a!), null);
    expect([wanted, served]).toEqual([null, null]);
  });

  test('is not taken from a stranger that writes it', () => {
    const [a] = engines(following);
    expect(planFor(0, [a!], a!, 'x').task).toEqual({
      what: 'wait',
      why: 'x, which is no member, writes it',
    });
  });
});

describe('a partition that one engine owns', () => {
  test('stays with the one that the hash names', () => {
    expect(tasks(engines(ready(), following))).toEqual(['nothing', 'nothing']);
  });

  test('is handed to the one that the hash names once that is fresh', () => {
    expect(tasks(engines(stale, ready(), following))).toEqual(['nothing', 'nothing', 'nothing']);
    const expected = ['nothing', 'hand over to 0', 'nothing'];
    expect(tasks(engines(following, ready(), following))).toEqual(expected);
  });

  test('is handed to any that is fresh where its owner leaves', () => {
    const [a, b, c] = engines(stale, ready(), following);
    expect(tasks([a!, leaving(b!), c!])).toEqual(['nothing', 'hand over to 2', 'nothing']);
  });

  test('goes to the one that it was to be handed to first, whoever is fresh meanwhile', () => {
    const [a, b, c] = engines(following, { ...ready(), heir: { id: ids[2]!, seq: 9 } }, following);
    expect(tasks([a!, leaving(b!), c!])).toEqual(['nothing', 'hand over to 2', 'nothing']);
  });

  test('is not handed over before it was taken', () => {
    expect(tasks(engines(following, share('taking', true)))).toEqual(['nothing', 'nothing']);
  });

  test('is served by its owner until that hands it over, then by the next', () => {
    const [a, b] = engines(following, ready());
    expect(planFor(0, [a!, b!], a!, null).served).toBe(b!);
    const [c, d] = engines(following, share('handing over', true));
    const plan = planFor(0, [c!, d!], c!, null);
    expect([plan.served, plan.claimant, plan.task.what]).toEqual([c!, d!, 'nothing']);
  });
});

describe('a partition that two claim', () => {
  test('stays with the one that has written its barrier', () => {
    const all = engines(share('taking', true, 20), ready());
    expect(tasks(all)).toEqual(['hand over to 1', 'nothing']);
  });

  test('stays with the one whose barrier came after all that the other could write', () => {
    expect(tasks(engines(ready(10), ready(11)))).toEqual(['hand over to 1', 'nothing']);
  });

  test('stays with the one that the hash names where nothing tells them apart', () => {
    const taking = share('taking', true);
    expect(tasks(engines(taking, taking))).toEqual(['nothing', 'hand over to 0']);
  });
});

/** Engines whose beats reach each other late, and partitions whose journal lets one of them write. */
class Model {
  readonly engines: { id: string; weight: number; shares: TestShare[] }[];
  /** By hearer, then by speaker: what was last heard; null before the first. */
  readonly #heard: (readonly TestShare[] | null)[][];
  readonly #underWay: (readonly TestShare[])[][][];
  readonly #journal: { seq: number; writer: number }[];

  constructor(
    start: readonly { weight: number; shares: readonly TestShare[] }[],
    readonly partitions: number,
  ) {
    this.engines = start.map(({ weight, shares }, index) => {
      return { id: `engine ${index}`, weight, shares: [...shares] };
    });
    const pairs = <T>(make: () => T) => start.map(() => start.map(make));
    this.#heard = pairs(() => null);
    this.#underWay = pairs(() => []);
    this.#journal = Array.from({ length: partitions }, (_, partition) => {
      const seq = Math.max(...start.map(({ shares }) => shares[partition]!.seq));
      return { seq, writer: start.findIndex(({ shares }) => shares[partition]!.seq === seq) };
    });
  }

  say(engine: number): void {
    const said = [...this.engines[engine]!.shares];
    for (const queues of this.#underWay) queues[engine]!.push(said);
  }

  hear(engine: number, speaker: number): void {
    const said = this.#underWay[engine]![speaker]!.shift();
    if (said !== undefined) this.#heard[engine]![speaker] = said;
  }

  /** An engine does what it is to do with a partition, as far as it knows. */
  act(engine: number, partition: number): void {
    const { task, claimant } = this.plan(engine, partition);
    const own = this.#share(engine, partition);
    const caughtUp = own.seq >= (claimant?.shares[partition]?.seq ?? 0);
    this.#set(engine, partition, { fresh: own.mode === 'ready' || caughtUp });
    if (task.what === 'take') {
      this.#set(engine, partition, { mode: 'taking', owned: true, heir: null });
    }
    if (task.what === 'hand over') {
      this.#set(engine, partition, {
        mode: 'handing over',
        heir: { id: task.to, seq: own.seq },
      });
    }
  }

  /** Time passes: whom an engine has handed partitions to, each has taken or never will. */
  forget(engine: number): void {
    for (let partition = 0; partition < this.partitions; partition++) {
      this.#set(engine, partition, { heir: null });
    }
  }

  /** What an actor thread does with a partition by itself. */
  goOn(engine: number, partition: number): void {
    const journal = this.#journal[partition]!;
    const { mode } = this.#share(engine, partition);
    if (mode === 'following') this.#set(engine, partition, { seq: journal.seq });
    if (mode === 'taking') {
      this.#journal[partition] = { seq: journal.seq + 1, writer: engine };
      this.#set(engine, partition, { mode: 'ready', seq: journal.seq + 1 });
    }
    if (mode === 'handing over' || (mode === 'ready' && journal.writer !== engine)) {
      this.#set(engine, partition, { mode: 'following', owned: false });
    }
    if (mode === 'ready' && journal.writer === engine) {
      journal.seq++;
      this.#set(engine, partition, { seq: journal.seq });
    }
  }

  /** Everything happens again and again, in order. */
  settle(): void {
    const all = [...this.engines.keys()];
    for (let round = 0; round < 20; round++) {
      // Heirs are heirs for a moment.
      for (const engine of all) this.forget(engine);
      for (const engine of all) {
        this.say(engine);
        for (const speaker of all) {
          while (this.#underWay[engine]![speaker]!.length > 0) this.hear(engine, speaker);
        }
        for (let partition = 0; partition < this.partitions; partition++) {
          this.act(engine, partition);
          this.goOn(engine, partition);
        }
      }
    }
  }

  plan(engine: number, partition: number) {
    const contender = (index: number, shares: readonly TestShare[]): Contender => {
      const { id, weight } = this.engines[index]!;
      return { id, leaving: false, draws: drawsOf(id, weight, this.partitions), shares };
    };
    const self = contender(engine, this.engines[engine]!.shares);
    const others = this.#heard[engine]!.flatMap((shares, index) =>
      shares === null || index === engine ? [] : [contender(index, shares)],
    );
    return planFor(partition, [self, ...others], self, null);
  }

  #share(engine: number, partition: number): TestShare {
    return this.engines[engine]!.shares[partition]!;
  }

  #set(engine: number, partition: number, changes: Partial<TestShare>): void {
    const { shares } = this.engines[engine]!;
    shares[partition] = { ...shares[partition]!, ...changes };
  }
}

test('however late engines hear each other, each partition ends with the one it is to have', () => {
  const partitions = 2;
  const anyShare = fc.oneof(
    fc.record({ mode: fc.constant('following' as const), owned: fc.constant(false) }),
    fc.record({
      mode: fc.constantFrom('ready' as const, 'taking' as const),
      owned: fc.constant(true),
    }),
  );
  const anyEngine = fc.record({
    weight: fc.integer({ min: 1, max: 4 }),
    shares: fc.array(
      fc
        .tuple(anyShare, fc.nat(5), fc.boolean())
        .map(([one, seq, fresh]) => ({ ...one, seq, fresh, heir: null })),
      { minLength: partitions, maxLength: partitions },
    ),
  });
  const index = fc.nat(3);
  const anyStep = fc.tuple(fc.constantFrom('say', 'hear', 'act', 'goOn', 'forget'), index, index);
  const property = fc.property(
    fc.array(anyEngine, { minLength: 1, maxLength: 4 }),
    fc.array(anyStep, { maxLength: 120 }),
    (start, steps) => {
      const model = new Model(start, partitions);
      for (const [what, one, other] of steps) {
        const engine = one % start.length;
        if (what === 'say') model.say(engine);
        else if (what === 'hear') model.hear(engine, other % start.length);
        else if (what === 'act') model.act(engine, other % partitions);
        else if (what === 'forget') model.forget(engine);
        else model.goOn(engine, other % partitions);
      }
      model.settle();
      const candidates = model.engines.map(({ id, weight }) => {
        return { id, draws: drawsOf(id, weight, partitions) };
      });
      for (let partition = 0; partition < partitions; partition++) {
        const claimants = model.engines.filter(({ shares }) => shares[partition]!.owned);
        const wanted = highest(candidates, partition)!.id;
        expect(claimants.map(({ id }) => id)).toEqual([wanted]);
        for (const engine of model.engines.keys()) {
          expect(model.plan(engine, partition).served?.id).toBe(wanted);
        }
      }
    },
  );
  fc.assert(property, { numRuns: 300 });
});
