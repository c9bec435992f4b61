import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import type { Event } from '../events.ts';
import { chunkRows } from '../item/columns.ts';
import { apply, applyTo, archivable, canonical, due, type Item } from '../item/item.ts';
import { Chain } from '../journal/codec.ts';
import type { Recovered } from '../partition/recovered.ts';
import { Actor, drawn, id, join, onSale, place, publish, start } from '../testing/item-driver.ts';
import { someHistory, someLongHistory, somePromo } from '../testing/random-commands.ts';
import {
  decodeHeader,
  decodeState,
  digestOf,
  encodeHeader,
  encodeItems,
  headerBytes,
  SnapshotUnfit,
  snapshotVersion,
} from './format.ts';

function stateOf(items: Map<number, Item>): Recovered {
  const chain = new Chain(3);
  const rest = { events: 0, from: 17, times: [[16, 1_699_999_999_999] as const] };
  chain.advance(17, 'ab'.repeat(32), 1_700_000_000_000);
  return { items, chain, at: 1_700_000_000_005, writer: 'some engine', ...rest };
}

/** A snapshot's bytes, in memory as they would be mapped. */
function snapshotOf(state: Recovered): Uint8Array {
  const header = encodeHeader(state, digestOf(state.items));
  return new Uint8Array(Buffer.concat([header, ...encodeItems(state.items)]));
}

function restored(snapshot: Uint8Array): Recovered {
  const header = decodeHeader(snapshot.subarray(0, headerBytes));
  return decodeState(header, snapshot.subarray(headerBytes));
}

/**
 * The state after some events of a history is restored from a snapshot, and must then take the others as the
 * state itself does; both must let go the same. Tells what had left the memory by then.
 */
function goesOnTheSame({ journal }: Actor, cut: number) {
  const until = cut % (journal.length + 1);
  const items = new Map<number, Item>();
  for (const { event, at } of journal.slice(0, until)) applyTo(items, event, at);
  const copy = restored(snapshotOf(stateOf(items))).items;
  expect(digestOf(copy)).toEqual(digestOf(items));
  const archived = items.get(id)?.orders.archived ?? 0;
  const forgotten = items.get(id)?.sales.filter((sale) => sale.archived).length ?? 0;
  for (const { event, at } of journal.slice(until)) {
    // What differs may be among what leaves.
    if (event.type === 'archived') expect(digestOf(copy)).toEqual(digestOf(items));
    applyTo(items, event, at);
    applyTo(copy, event, at);
  }
  expect(digestOf(copy)).toEqual(digestOf(items));
  const [one, other] = [items.get(id), copy.get(id)];
  if (one !== undefined && other !== undefined) {
    expect(canonical(other)).toBe(canonical(one));
    endTheSame(one, other);
  }
  return { archived, forgotten };
}

/** What time makes true is found by what is not stored: lines, holds, the order of a draw. */
function endTheSame(one: Item, other: Item): void {
  const goOn = (next: (item: Item, at: number) => Event | null) => {
    for (;;) {
      const at = one.at + 100_000;
      const [event, same] = [next(one, at), next(other, at)];
      expect(same).toEqual(event);
      if (event === null) return;
      apply(one, event, at);
      apply(other, event, at);
    }
  };
  goOn(due);
  goOn(archivable);
  expect(canonical(other)).toBe(canonical(one));
}

describe('a snapshot', () => {
  test('taken after any history gives the same state, which goes on in the same way', () => {
    fc.assert(
      fc.property(someHistory, fc.nat(), (history, cut) => {
        const actor = new Actor();
        let now = start - 1_000;
        for (const { command, waitMs } of history) {
          now += waitMs;
          actor.send(command, now);
        }
        goesOnTheSame(actor, cut);
      }),
    );
  });

  test('also of a draw that people leave after it, and join again', () => {
    const actor = onSale(5, drawn);
    for (const user of [1, 2, 3, 4]) actor.send(join(user, 10 * user), start - 900);
    const leave = (user: number) =>
      actor.send({ type: 'leave', item: id, user, promo: 7 }, start - 800);
    leave(1);
    const cut = actor.journal.length;
    for (const user of [3, 2]) leave(user);
    actor.send(join(2, 25), start - 700);
    leave(2);
    actor.pass(start);
    const admitted = actor.journal.filter(({ event }) => event.type === 'admitted');
    expect(admitted.map(({ event }) => event)).toMatchObject([{ user: 4 }]);
    goesOnTheSame(actor, cut);
  });

  test('also where orders have left the memory, and promos are forgotten', () => {
    let [archived, forgotten] = [0, 0];
    fc.assert(
      fc.property(somePromo, someLongHistory, fc.nat(), (promo, history, cut) => {
        const actor = new Actor();
        let now = start - 200;
        actor.send({ type: 'open', item: id, price: 1_000, units: 3, limit: 3 }, now);
        actor.send(promo, now);
        for (const { command, waitMs, retainMs = Number.POSITIVE_INFINITY } of history) {
          now += waitMs;
          actor.archive(now - retainMs, now);
          actor.send(actor.asShopsSend(command), now);
        }
        const restored = goesOnTheSame(actor, cut);
        archived += restored.archived;
        forgotten += restored.forgotten;
      }),
      { numRuns: 300, includeErrorInReport: true },
    );
    expect(archived).toBeGreaterThan(50);
    expect(forgotten).toBeGreaterThan(20);
  });

  test('also where whole chunks of orders have left, and the index still has some of them', () => {
    const limit = 8 * chunkRows;
    const actor = onSale(limit, { limit, payWindowMs: 50 });
    const buy = (orders: number, promo: number, at: number) => {
      for (let n = 1; n <= orders; n++) actor.send(place(1 + (n % 7), at + n, { promo }), at);
    };
    const cuts: number[] = [];
    const leave = (at: number) => {
      const left = actor.archive(at, at);
      cuts.push(actor.journal.length, actor.journal.length + 7);
      return left;
    };
    buy(chunkRows + 5, 7, start);
    actor.send({ type: 'end', item: id, promo: 7 }, start + 1);
    actor.send(publish({ promo: 8, startAt: start + 2, limit }), start + 1);
    // By then nothing of promo 7 is held any more, and its last orders share a chunk with the next.
    buy(2 * chunkRows, 8, start + 60);
    expect(leave(start + 61)).toBe(chunkRows + 5);
    // So many that segments of the index are split.
    buy(3 * chunkRows, 8, start + 62);
    actor.send({ type: 'end', item: id, promo: 8 }, start + 70);
    actor.pass(start + 20_000);
    expect(leave(start + 20_001)).toBe(5 * chunkRows);
    actor.send(publish({ promo: 9, startAt: start + 20_001, limit }), start + 20_001);
    buy(chunkRows, 9, start + 20_002);
    for (const cut of cuts)
      expect(goesOnTheSame(actor, cut).archived).toBeGreaterThanOrEqual(chunkRows + 5);
  }, 60_000);

  test('keeps what it is a state of', () => {
    const { items, ...state } = stateOf(new Map());
    expect(restored(snapshotOf({ items, ...state }))).toEqual({ items, ...state });
  });

  test('begins with a line that a person can read', () => {
    const snapshot = snapshotOf(stateOf(new Map()));
    const [line] = new TextDecoder().decode(snapshot).split('\n');
    expect(line!.length + 1).toBe(headerBytes);
    expect(JSON.parse(line!)).toMatchObject({ format: 'stampede snapshot', partition: 3, seq: 17 });
  });
});

describe('a header is passed over, with the reason, that', () => {
  const header = snapshotOf(stateOf(new Map())).subarray(0, headerBytes);
  const fields = JSON.parse(new TextDecoder().decode(header));

  /** The same with other fields, and the checksum that they would have. */
  function changed(change: object): Uint8Array {
    const { headerCrc32: _, ...all } = { ...fields, ...change };
    const crc = Bun.hash.crc32(JSON.stringify(all));
    return Buffer.from(JSON.stringify({ ...all, headerCrc32: crc }).padEnd(headerBytes));
  }

  test('is not one', () => {
    for (const bytes of [
      new Uint8Array(0),
      Buffer.from('[]'),
      Buffer.from('null'),
      header.subarray(9),
    ])
      expect(() => decodeHeader(bytes)).toThrow(SnapshotUnfit);
  });

  test('was changed', () => {
    const text = new TextDecoder().decode(header).replace('"items":0', '"items":1');
    expect(() => decodeHeader(Buffer.from(text))).toThrow('checksum');
  });

  test('is of another version of the format, whatever else it says', () => {
    for (const version of [snapshotVersion - 1, snapshotVersion + 1])
      expect(() => decodeHeader(changed({ version, seq: 'other' }))).toThrow(
        `it has version ${version}, this engine reads ${snapshotVersion}`,
      );
  });

  test('is of something else', () => {
    expect(() => decodeHeader(changed({ format: 'other' }))).toThrow('no snapshot');
    expect(() => decodeHeader(changed({ partition: -1 }))).toThrow('no snapshot');
    expect(decodeHeader(changed({}))).toMatchObject({ partition: 3 });
  });
});
