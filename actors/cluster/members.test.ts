import { beforeEach, describe, expect, test } from 'bun:test';
import { goneMembersMax, settledBeats, silentBeatsMax } from '../limits.ts';
import { someBeat } from '../testing/beats.ts';
import { Members } from './members.ts';

let members: Members;
let n: number;

beforeEach(() => {
  members = new Members('self', 2);
  n = 0;
});

/** What comes of further own regular beats. */
function beats(times: number): string[] {
  const news: string[] = [];
  for (let time = 0; time < times; time++) {
    n++;
    for (const { what, member } of members.heard(someBeat('self', n), n, true)) {
      news.push(`${member.id} ${what}`);
    }
  }
  return news;
}

function hear(id: string, serial: number, leaving = false): string[] {
  const news = members.heard(someBeat(id, serial, { leaving }), n, true);
  return news.map(({ what }) => what);
}

const alive = () => members.others.map(({ id }) => id);

/** The engine knows all that was said so far. */
function settle(): void {
  members.complete();
  beats(settledBeats);
}

describe('an engine', () => {
  test('acts on what it knows only after own beats have been heard', () => {
    expect(members.settled).toBe(false);
    members.complete();
    beats(settledBeats - 1);
    expect(members.settled).toBe(false);
    beats(1);
    expect(members.settled).toBe(true);
  });

  test('that may have missed something waits for own beats again', () => {
    settle();
    members.unsettle();
    beats(2 * settledBeats);
    expect(members.settled).toBe(false);
    settle();
    expect(members.settled).toBe(true);
  });

  test('waits for who is found in the bucket to speak', () => {
    members.heard(someBeat('a', 1), 0, false);
    settle();
    expect(members.settled).toBe(false);
    hear('a', 2);
    expect(members.settled).toBe(true);
  });

  test('waits for the dead only until they are judged', () => {
    members.heard(someBeat('a', 1), 0, false);
    members.complete();
    expect(beats(silentBeatsMax - 1)).toEqual([]);
    expect(members.settled).toBe(false);
    expect(beats(1)).toEqual(['a is gone']);
    expect(members.settled).toBe(true);
  });

  test('does not count what it says between two regular beats', () => {
    members.complete();
    for (let serial = 1; serial <= 10; serial++)
      members.heard(someBeat('self', 1, { serial }), 0, true);
    expect(members.settled).toBe(false);
  });

  test('is no other of its own', () => {
    settle();
    expect(alive()).toEqual([]);
    expect(members.all.map(({ id }) => id)).toEqual(['self']);
    expect(members.left('self')).toEqual([]);
  });
});

describe('a member', () => {
  beforeEach(settle);

  test('joins with its first beat', () => {
    expect(hear('a', 1)).toEqual(['joined']);
    expect(hear('a', 2)).toEqual([]);
    expect(alive()).toEqual(['a']);
  });

  test('is gone after so many own beats without one of its', () => {
    hear('a', 1);
    expect(beats(silentBeatsMax - 1)).toEqual([]);
    expect(alive()).toEqual(['a']);
    expect(beats(1)).toEqual(['a is gone']);
    expect(alive()).toEqual([]);
    expect(beats(10)).toEqual([]);
  });

  test('lives as long as it is heard now and then', () => {
    for (let serial = 1; serial < 20; serial++) {
      hear('a', serial);
      expect(beats(silentBeatsMax - 1)).toEqual([]);
    }
  });

  test('is not judged while own beats are not stored, however long that is', () => {
    hear('a', 1);
    for (let serial = 1; serial < 100; serial++) {
      members.heard(someBeat('self', n, { serial: 100 + serial }), 1_000_000 * serial, true);
    }
    expect(alive()).toEqual(['a']);
  });

  test('is not judged while something may have been missed', () => {
    hear('a', 1);
    members.unsettle();
    expect(beats(2 * silentBeatsMax)).toEqual([]);
    members.complete();
    hear('a', 2);
    expect(beats(silentBeatsMax - 1)).toEqual([]);
    expect(beats(1)).toEqual(['a is gone']);
  });

  test('that is gone comes back with its next beat', () => {
    hear('a', 1);
    beats(silentBeatsMax);
    expect(hear('a', 2)).toEqual(['came back']);
    expect(alive()).toEqual(['a']);
  });

  test('says once that it is leaving, and lives until it has left', () => {
    expect(hear('a', 1, true)).toEqual(['joined', 'is leaving']);
    expect(hear('a', 2, true)).toEqual([]);
    expect(alive()).toEqual(['a']);
    expect(members.left('a').map(({ what }) => what)).toEqual(['left']);
    expect(members.left('a')).toEqual([]);
    expect(alive()).toEqual([]);
    expect(beats(10)).toEqual([]);
  });

  test('is what it last said, whatever comes late', () => {
    hear('a', 5, true);
    expect(hear('a', 4)).toEqual([]);
    expect(members.get('a')!.beat.leaving).toBe(true);
  });

  test('that is gone is remembered, up to a limit', () => {
    for (let id = 0; id < 2 * goneMembersMax; id++) {
      hear(`engine ${id}`, 1);
      members.left(`engine ${id}`);
    }
    expect(members.all).toHaveLength(goneMembersMax + 1);
  });
});
