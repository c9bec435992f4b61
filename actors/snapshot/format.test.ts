import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { apply, applyTo, canonical, due, type Item } from '../item/item.ts';
import { Chain } from '../journal/codec.ts';
import type { Recovered } from '../partition/recovered.ts';
import { Actor, id, start } from '../testing/item-driver.ts';
import { someHistory } from '../testing/random-commands.ts';
import {
  decodeHeader,
  decodeState,
  digestOf,
  encodeHeader,
  encodeItems,
  headerBytes,
  SnapshotUnfit,
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
        const { journal } = actor;
        const until = cut % (journal.length + 1);
        const items = new Map<number, Item>();
        for (const { event, at } of journal.slice(0, until)) applyTo(items, event, at);
        const copy = restored(snapshotOf(stateOf(items))).items;
        expect(digestOf(copy)).toEqual(digestOf(items));
        for (const { event, at } of journal.slice(until)) {
          applyTo(items, event, at);
          applyTo(copy, event, at);
        }
        expect(digestOf(copy)).toEqual(digestOf(items));
        const [one, other] = [items.get(id), copy.get(id)];
        if (one === undefined || other === undefined) return;
        expect(canonical(other)).toBe(canonical(one));
        // What time makes true is found by what is not stored: lines, holds, the order of a draw.
        for (;;) {
          const at = one.at + 100_000;
          const [next, same] = [due(one, at), due(other, at)];
          expect(same).toEqual(next);
          if (next === null) break;
          apply(one, next, at);
          apply(other, next, at);
        }
      }),
    );
  });

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
    expect(() => decodeHeader(changed({ version: 2, seq: 'other' }))).toThrow(
      'it has version 2, this engine reads 1',
    );
  });

  test('is of something else', () => {
    expect(() => decodeHeader(changed({ format: 'other' }))).toThrow('no snapshot');
    expect(() => decodeHeader(changed({ partition: -1 }))).toThrow('no snapshot');
    expect(decodeHeader(changed({}))).toMatchObject({ partition: 3 });
  });
});
