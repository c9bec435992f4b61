import { beforeEach, describe, expect, test } from 'bun:test';
import { JournalCorrupt, JournalUnavailable } from './journal/journal.ts';
import { JournalWatch } from './journal-watch.ts';
import { newRig, type Rig } from './testing/partition-rig.ts';

let b: Rig;
let watch: JournalWatch;
/** What the journal's probe throws; null when it answers. */
let fault: Error | null;
let said: string[];

beforeEach(async () => {
  b = newRig();
  await b.open(1);
  fault = null;
  said = [];
  watch = new JournalWatch({
    probe: async () => {
      if (fault !== null) throw fault;
    },
    positions: b.positions,
    partitions: [b.partition],
    log: (level, message, { error }) => said.push(`${level}: ${message}: ${error}`),
  });
});

/** Looks with each fault in turn; returns what the positions then say. */
async function looks(...faults: (Error | null)[]): Promise<number[]> {
  const silent: number[] = [];
  for (fault of faults) {
    await watch.look();
    silent.push(b.positions.get(0, 'journalSilent'));
  }
  return silent;
}

const silence = new JournalUnavailable('partition 0 takes no entries: timeout');
const unfenced = new JournalCorrupt(0, 0, 'the server ignores the fence');

describe('the watch over a journal', () => {
  test('says once that it takes no entries, and why, and once that it answers again', async () => {
    expect(await looks(null, silence, silence, null, null)).toEqual([0, 1, 1, 0, 0]);
    expect(said).toEqual([
      `warning: the journal takes no entries: ${silence}`,
      'info: the journal answers: undefined',
    ]);
  });

  test('says that the server ignores the fence, also after it was silent', async () => {
    expect(await looks(silence, unfenced, unfenced)).toEqual([1, 1, 1]);
    expect(said.at(-1)).toBe(`error: the journal cannot be trusted: ${unfenced}`);
    expect(said).toHaveLength(2);
  });

  test('says that the last sequence cannot be read', async () => {
    b.journal.readable = false;
    expect(await looks(null)).toEqual([1]);
    expect(said).toEqual([
      'warning: the journal takes no entries: JournalUnavailable: cannot be read now',
    ]);
  });

  test('throws what is no fault of the journal, so that its thread ends', async () => {
    fault = new TypeError('this is a bug');
    await expect(watch.look()).rejects.toBe(fault);
  });

  test('starts no look while one is under way, and ignores what one finds after the end', async () => {
    const answer = Promise.withResolvers<void>();
    let probes = 0;
    watch = new JournalWatch({
      probe: () => {
        probes++;
        return answer.promise;
      },
      positions: b.positions,
      partitions: [b.partition],
      log: (_level, message) => said.push(message),
    });
    const looking = watch.look();
    await watch.look();
    expect(probes).toBe(1);
    watch.stop();
    answer.reject(silence);
    await looking;
    expect([said, b.positions.get(0, 'journalSilent')]).toEqual([[], 0]);
  });
});
