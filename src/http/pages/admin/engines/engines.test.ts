import { expect, test } from 'bun:test';
import type { ShownEngine, ShownPartition } from '../../../../shop/cluster/engines.ts';
import type { View } from '../../layout.tsx';
import { EnginesSection } from './engines.tsx';

const now = Date.UTC(2026, 10, 11, 12);

const one: ShownEngine = {
  ...{ id: 'a', address: 'http://a:3000', version: '0.5.0', startedAt: now - 60_000 },
  ...{ actorThreads: 2, state: 'alive', self: true, heardMsAgo: 0, owned: 2 },
};
const other: ShownEngine = {
  ...{ ...one, id: 'b', address: 'http://b:3000' },
  ...{ state: 'gone', self: false, heardMsAgo: 2_400, owned: 0 },
};
const partition: ShownPartition = {
  ...{ partition: 0, owner: 'a', mode: 'ready', since: now - 30_000 },
  ...{ journalSeq: 512, sqlSeq: 512, replicaSeq: 0, webhookSeq: null, copy: null },
};
const copy = {
  mode: 'following',
  seq: 480,
  entriesBehind: 0,
  behindMs: 40,
  answers: true,
} as const;
const orphan: ShownPartition = { ...partition, partition: 2, owner: null, mode: 'following' };

/** The tables as a page in a language shows them, without tags. */
function shown(language: 'en' | 'zh', partitions: ShownPartition[], warnings: string[] = []) {
  // The section reads nothing else of a view.
  const view = { visitor: { language }, now, timeZone: 'UTC' } as View;
  const engines = [one, other];
  const html = String(EnginesSection({ view, engines, partitions, warnings }));
  return { html, text: html.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ') };
}

test('each engine is shown with its state and partitions, and each partition with its owner', () => {
  const { html, text } = shown('en', [partition, { ...partition, partition: 1 }]);
  expect(text).toContain('http://a:3000 0.5.0 · this one alive 2026-11-11 11:59 UTC 0, 1');
  expect(text).toContain('http://b:3000 0.5.0 gone heard 2400 ms ago 2026-11-11 11:59 UTC –');
  expect(text).toContain('1 http://a:3000 2026-11-11 11:59:30 UTC ready 512 in step – –');
  // While all is well, the partitions are not in the way.
  expect(html).not.toContain('<details open');
});

test('a partition without an owner is seen at once, and so is what engines do not have in common', () => {
  const { html, text } = shown('en', [partition, { ...orphan, since: null }], ['two secrets']);
  expect(html).toContain('<details open');
  expect(text).toContain('2 nobody – waits for an owner 512 in step');
  expect(text).toContain('two secrets');
});

test('a copy is in step, behind, or of an owner that is not heard, in both languages', () => {
  const copies = [copy, { ...copy, entriesBehind: 32 }, { ...copy, answers: false }];
  const followed = copies.map((each) => ({ ...partition, owner: 'b', copy: each }));
  const ends = (language: 'en' | 'zh') =>
    followed.map((each) =>
      shown(language, [each])
        .text.trim()
        .replace(/^.* 512 – – – /, ''),
    );
  expect(ends('en')).toEqual(['in step', '32 entries behind', 'not in step']);
  expect(ends('zh')).toEqual(['同步', '落后 32 条', '未同步']);
});
