/** What every store of snapshots must do. */
import { describe, expect, test } from 'bun:test';
import { chunkRows } from '../item/columns.ts';
import { applyTo, canonical, type Item } from '../item/item.ts';
import { Chain } from '../journal/codec.ts';
import { snapshotsKept } from '../limits.ts';
import type { Recovered } from '../partition/recovered.ts';
import { decodeState, digestOf, SnapshotUnfit } from '../snapshot/format.ts';
import { SnapshotAbandoned, type SnapshotStore } from '../snapshot/store.ts';

/** A store in its own world, which the tests may damage. */
export interface SnapshotRig {
  store: SnapshotStore;
  /** Another store over the same snapshots, as another engine has. */
  other(): SnapshotStore;
  /** Changes bytes of a snapshot where it is kept. */
  damage(name: string): Promise<void>;
  remove(): Promise<void>;
}

/** Where there is no other work that needs a turn. */
export const atOnce = (): Promise<void> => Promise.resolve();
const at = 1_700_000_000_000;

/** The state after an entry by this number: as many orders of one item, of which one is paid. */
export function stateAfter(seq: number, partition = 3, orders = 5): Recovered {
  const items = new Map<number, Item>();
  applyTo(items, { type: 'opened', item: 11, price: 500, units: 1_000_000 }, at);
  for (let n = 1; n <= orders; n++) {
    const placed = { type: 'placed', item: 11, n, user: n * 3, promo: 0, amount: 1 } as const;
    applyTo(items, { ...placed, price: 500, nonce: n }, at + n);
  }
  const paid = { type: 'paid', item: 11, n: 1, amount: 1, placedAt: at + 1 } as const;
  applyTo(items, { ...paid, amountMinor: 500 }, at + orders);
  const chain = new Chain(partition);
  const rest = { events: 0, from: seq, times: [] };
  chain.advance(seq, seq.toString(16).padStart(64, '0'), at + orders);
  return { items, chain, at: at + orders, writer: 'some engine', ...rest };
}

export function describeSnapshots(what: string, start: () => Promise<SnapshotRig>): void {
  describe(what, () => {
    async function withRig(use: (rig: SnapshotRig) => Promise<void>): Promise<void> {
      const rig = await start();
      try {
        await use(rig);
      } finally {
        await rig.remove();
      }
    }

    test('has none at first', () =>
      withRig(async ({ store }) => {
        expect(await store.list(3)).toEqual([]);
      }));

    test('gives a state back as it was, and what becomes of it changes nothing that is stored', () =>
      withRig(async ({ store, other }) => {
        const state = stateAfter(17, 3, 2 * chunkRows + 3);
        const stored = await store.put(state, atOnce);
        for (const reader of [store, other()]) {
          const [found] = await reader.list(3);
          expect(found).toEqual(stored);
          const { header, body } = await reader.open(found!, atOnce);
          expect(header).toMatchObject({ partition: 3, seq: 17, hash: state.chain.hash });
          const copy = decodeState(header, body);
          expect({ ...copy, items: null }).toEqual({ ...state, items: null });
          expect(canonical(copy.items.get(11)!)).toBe(canonical(state.items.get(11)!));
          const money = { amount: 1, placedAt: at + 2, amountMinor: 500 };
          applyTo(copy.items, { type: 'paid', item: 11, n: 2, ...money }, at + 99_999);
          expect(digestOf(copy.items).sha256).not.toBe(header.sha256);
        }
      }));

    test(`keeps the newest ${snapshotsKept} of each partition`, () =>
      withRig(async ({ store }) => {
        await store.put(stateAfter(7, 4), atOnce);
        for (const seq of [9, 10, 100, 101]) await store.put(stateAfter(seq), atOnce);
        expect((await store.list(3)).map(({ seq }) => seq)).toEqual([101, 100]);
        expect((await store.list(4)).map(({ seq }) => seq)).toEqual([7]);
      }));

    test('has one of two engines that store the same', () =>
      withRig(async ({ store, other }) => {
        const second = other();
        const state = stateAfter(17);
        await Promise.all([store.put(state, atOnce), second.put(state, atOnce)]);
        expect(await store.list(3)).toHaveLength(1);
        const { header, body } = await second.open((await second.list(3))[0]!, atOnce);
        expect(decodeState(header, body).items.size).toBe(1);
      }));

    test('is left at any turn where nobody wants the snapshot any more, and says that', () =>
      withRig(async ({ store, other }) => {
        const state = stateAfter(17);
        for (let turnsMax = 0; ; turnsMax++) {
          let turns = 0;
          const leaves = async () => {
            if (turns++ === turnsMax) throw new SnapshotAbandoned();
          };
          const putting = store.put(state, leaves);
          const error = await putting.then(
            () => null,
            (thrown: unknown) => thrown,
          );
          if (error === null) break;
          expect(error).toBeInstanceOf(SnapshotAbandoned);
          expect(await other().list(3)).toEqual([]);
        }
        expect(await other().list(3)).toHaveLength(1);
      }));

    test('passes over one that was damaged, and one that is gone', () =>
      withRig(async ({ store, damage, other }) => {
        const whole = await store.put(stateAfter(17), atOnce);
        const damaged = await store.put(stateAfter(18), atOnce);
        await damage(damaged.name);
        await expect(store.open(damaged, atOnce)).rejects.toThrow(SnapshotUnfit);
        expect((await store.open(whole, atOnce)).header.seq).toBe(17);
        const second = other();
        for (const seq of [19, 20]) await second.put(stateAfter(seq), atOnce);
        await expect(store.open(damaged, atOnce)).rejects.toThrow(SnapshotUnfit);
      }));
  });
}
