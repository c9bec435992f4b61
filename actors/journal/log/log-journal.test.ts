import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { entryBytesMax } from '../../limits.ts';
import { type JournalStore, journalContract } from '../../testing/journal-contract.ts';
import { OldJournal } from '../../testing/old-journal.ts';
import {
  canMount,
  smallFolder,
  startProcess,
  type TemporaryFolder,
  temporaryFolder,
  waitUntil,
} from '../../testing/process.ts';
import {
  Fenced,
  type Journal,
  JournalCorrupt,
  JournalMisconfigured,
  JournalUnavailable,
} from '../journal.ts';
import { openJournal, thisJournal } from '../open.ts';
import type { LogSettings } from './open-log.ts';

const partitions = 8;

let folder: TemporaryFolder;
let settings: LogSettings;
let opened: Journal[];

beforeEach(() => {
  folder = temporaryFolder();
  opened = [];
  settings = {
    kind: 'log',
    folder: folder.file('journal'),
    before: folder.file('journal.db'),
    streams: 2,
  };
});

afterEach(async () => {
  for (const journal of opened) await journal.close();
  folder.remove();
});

async function open(options: { readonly?: boolean; report?: (state: string) => void } = {}) {
  const journal = await openJournal(settings, partitions, options);
  opened.push(journal);
  return journal;
}

async function reopened(journal: Journal) {
  await journal.close();
  opened = opened.filter((each) => each !== journal);
  return open();
}

const entry = (partition: number, sequence: number, text: string) =>
  Buffer.from(`{"v":1,"partition":${partition},"seq":${sequence},"text":${JSON.stringify(text)}}`);

/** Appends texts after entry `last`. */
async function fill(
  journal: Pick<Journal, 'append'>,
  partition: number,
  texts: string[],
  last = 0,
) {
  for (const [index, text] of texts.entries()) {
    await journal.append(partition, last + index, entry(partition, last + index + 1, text));
  }
}

async function texts(journal: Journal, partition: number, from = 1): Promise<string[]> {
  const read: string[] = [];
  for await (const { sequence, bytes } of journal.read(partition, from)) {
    expect(sequence).toBe(from + read.length);
    const { text } = JSON.parse(Buffer.from(bytes).toString()) as { text: string }; // As `entry` makes them.
    read.push(text);
  }
  return read;
}

const file = (name: string) => folder.file(`journal/${name}`);
const numbered = (count: number, first = 1) =>
  Array.from({ length: count }, (_, index) => `entry ${first + index}`);

/** The contract's entries are any bytes; those of a log are JSON. */
class AnyBytes implements Journal {
  readonly appendsInFlight = 1;
  readonly mayHeal = false;
  constructor(
    private readonly journal: Journal,
    private readonly closed: () => void,
  ) {}

  append(partition: number, last: number, bytes: Uint8Array) {
    return this.journal.append(
      partition,
      last,
      entry(partition, last + 1, Buffer.from(bytes).toString('latin1')),
    );
  }
  async *read(partition: number, from: number) {
    for await (const { sequence, bytes } of this.journal.read(partition, from)) {
      const { text } = JSON.parse(Buffer.from(bytes).toString()) as { text: string }; // As `append` makes them.
      yield { sequence, bytes: Buffer.from(text, 'latin1') };
    }
  }
  last(partition: number) {
    return this.journal.last(partition);
  }
  answeredBy(partition: number) {
    return this.journal.answeredBy(partition);
  }
  close() {
    this.closed();
    return this.journal.close();
  }
}

journalContract(
  'LogJournal',
  async (): Promise<JournalStore> => {
    const place = temporaryFolder();
    const at: LogSettings = {
      ...{ kind: 'log', folder: place.file('journal'), before: place.file('journal.db') },
      streams: 1,
    };
    let isWritten = false;
    return {
      async open() {
        const readonly = isWritten;
        isWritten = true;
        const journal = await openJournal(at, partitions, { readonly });
        return new AnyBytes(journal, () => {
          if (!readonly) isWritten = false;
        });
      },
      async dispose() {
        place.remove();
      },
    };
  },
  'one',
);

describe('a log', () => {
  test('is JSON lines: what the file is, and then entries', async () => {
    const journal = await open();
    await Promise.all([fill(journal, 0, ['a', 'b']), fill(journal, 2, ['x'])]);
    const lines = readFileSync(file('0-1.jsonl'), 'utf8').split('\n');
    const said = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as unknown);
    expect(said).toMatchObject([
      { stampede: 'journal', v: 1, partitions, before: null },
      { partition: 0, seq: 1, text: 'a' },
      { partition: 2, seq: 1, text: 'x' },
      { partition: 0, seq: 2, text: 'b' },
    ]);
    expect(statSync(file('0-1.jsonl')).size).toBe(1024 * 1024);
    expect(statSync(file('0-1.jsonl')).mode & 0o077).toBe(0);
  });

  test('of release 0.6.0 is read for ever, and goes on', async () => {
    // As that release writes it: what the file is, two appends, of which the first has two entries, and what is free.
    const id = '5f0c2f5e-8d1e-4b0a-9d5b-0c7f6f7f9a10';
    const said = `{"stampede":"journal","v":1,"id":"${id}","partitions":8,"before":null}`;
    const written = [
      said,
      ' {"v":1,"partition":0,"seq":1,"text":"a"}',
      '{"v":1,"partition":2,"seq":1,"text":"x"}',
      ' {"v":1,"partition":0,"seq":2,"text":"b"}',
    ].join('\n');
    mkdirSync(settings.folder);
    writeFileSync(file('0-1.jsonl'), `${written}\n`.padEnd(4_096, '\n'));
    const journal = await open();
    expect(await texts(journal, 0)).toEqual(['a', 'b']);
    expect(await texts(journal, 2)).toEqual(['x']);
    await Promise.all([fill(journal, 0, ['c'], 2), fill(journal, 2, ['y'], 1)]);
    const more = [
      ' {"v":1,"partition":0,"seq":3,"text":"c"}',
      '{"v":1,"partition":2,"seq":2,"text":"y"}',
    ].join('\n');
    expect(readFileSync(file('0-1.jsonl'), 'utf8').trimEnd()).toBe(`${written}\n${more}`);
    expect(readFileSync(file('1-1.jsonl'), 'utf8').trimEnd()).toBe(said);
  });

  test('takes nothing that is no entry with the next number of its partition', async () => {
    const journal = await open();
    expect(() => journal.append(0, 0, entry(0, 2, 'x'))).toThrow('is not');
    expect(() => journal.append(0, 0, Buffer.from('{}'))).toThrow('is not');
    expect(() => journal.append(0, 0, Buffer.from('{"v":1,"partition":0,"seq":1,\n}'))).toThrow();
    await expect(journal.append(0, 1, entry(0, 2, 'x'))).rejects.toBeInstanceOf(Fenced);
    expect(await texts(journal, 0)).toEqual([]);
  });

  test('a reader in another thread or process follows what is written, over several files', async () => {
    const journal = await open();
    const reader = await open({ readonly: true });
    const long = 'x'.repeat(40_000);
    for (let round = 0; round < 40; round++) {
      await fill(journal, 0, [`${round}${long}`], 2 * round);
      await fill(journal, 1, [`${round}`], round);
      await fill(journal, 0, [`again ${round}`], 2 * round + 1);
      if (round % 7 === 0) expect(await texts(reader, 0)).toHaveLength(2 * round + 2);
      await Bun.sleep(10);
    }
    expect(readdirSync(folder.file('journal')).filter((name) => name.startsWith('0-'))).toContain(
      '0-2.jsonl',
    );
    expect(await texts(reader, 1)).toEqual(Array.from({ length: 40 }, (_, round) => `${round}`));
    expect((await texts(reader, 0)).map((text) => text.slice(0, 8))).toEqual(
      Array.from({ length: 40 }, (_, round) => [
        `${round}xxxxxxxx`.slice(0, 8),
        `again ${round}`.slice(0, 8),
      ]).flat(),
    );
    const again = await reopened(journal);
    expect(await again.last(0)).toBe(80);
    expect(existsSync(file('0-1.index'))).toBe(true);
    rmSync(file('0-1.index'));
    expect(await texts(await open({ readonly: true }), 0, 3)).toHaveLength(78);
    writeFileSync(file('0-1.index'), '{"v":1,"runs":[],"sha256":""}\n');
    expect(await texts(await open({ readonly: true }), 0, 3)).toHaveLength(78);
  });

  test('a partition goes on in the stream of another thread when there are more or fewer', async () => {
    let journal = await open();
    await fill(journal, 2, numbered(3));
    settings = { ...settings, streams: 3 };
    journal = await reopened(journal);
    await fill(journal, 2, numbered(3, 4), 3);
    settings = { ...settings, streams: 1 };
    journal = await reopened(journal);
    await fill(journal, 2, numbered(3, 7), 6);
    expect(await texts(journal, 2)).toEqual(numbered(9));
    expect(await texts(await open({ readonly: true }), 2, 5)).toEqual(numbered(5, 5));
    expect(readdirSync(folder.file('journal')).sort()).toEqual([
      '0-1.jsonl',
      '1-1.jsonl',
      '2-1.jsonl',
    ]);
  });

  test('with another number of partitions it is not opened', async () => {
    await open();
    await expect(openJournal(settings, 3)).rejects.toBeInstanceOf(JournalMisconfigured);
  });
});

describe('what an append left that was not acknowledged', () => {
  /** Puts bytes where the next append would begin. */
  function leave(bytes: string): void {
    const text = readFileSync(file('0-1.jsonl'), 'latin1');
    const end = text.trimEnd().length + 1;
    writeFileSync(
      file('0-1.jsonl'),
      text.slice(0, end) + bytes + text.slice(end + bytes.length),
      'latin1',
    );
  }

  const whole = ` ${entry(0, 3, 'c')}\n`;
  test.each([
    ['half a line', whole.slice(0, 25)],
    ['a line with a hole', `${whole.slice(0, 20)}\n\n\n${whole.slice(23)}`],
    ['nothing at first, and then something', `\n\n\n\n${whole}`],
    [
      'a line that ends too early',
      ` {"v":1,"partition":0,"seq":3,"texts":[{}\n${'x'.repeat(5_000)}`,
    ],
    ['half of two entries', `${whole.slice(0, 25)}\n${entry(2, 1, 'x')}\n`],
  ])('%s: is taken back', async (_, left) => {
    let journal = await open();
    await fill(journal, 0, ['a', 'b']);
    await journal.close();
    leave(left);
    expect(await texts(await open({ readonly: true }), 0)).toEqual(['a', 'b']);
    journal = await open();
    expect(await journal.last(0)).toBe(2);
    expect(await journal.last(2)).toBe(0);
    await fill(journal, 0, ['d'], 2);
    const reader = await open({ readonly: true });
    expect(await texts(reader, 0)).toEqual(['a', 'b', 'd']);
    expect(await texts(reader, 2)).toEqual([]);
    const rest = readFileSync(file('0-1.jsonl'), 'utf8').split('"text":"d"}')[1]!;
    expect(rest.trim()).toBe('');
  });

  test('a whole entry is kept: its writer was not told whether it is there', async () => {
    const journal = await open();
    await fill(journal, 0, ['a', 'b']);
    await journal.close();
    leave(whole);
    expect(await texts(await open(), 0)).toEqual(['a', 'b', 'c']);
  });

  test('damage before an append that was acknowledged is no such thing: its entry is missing, and said', async () => {
    let journal = await open();
    await fill(journal, 0, ['a']);
    // In one append, of which the first line will be damaged.
    await Promise.all([
      fill(journal, 0, ['b'], 1),
      fill(journal, 2, ['x']),
      fill(journal, 4, ['z']),
    ]);
    await fill(journal, 0, ['c'], 2);
    await fill(journal, 2, ['y'], 1);
    await journal.close();
    const text = readFileSync(file('0-1.jsonl'), 'latin1');
    writeFileSync(
      file('0-1.jsonl'),
      text.replace('"seq":2,"text":"b"', '"seq":x,"text":"b"'),
      'latin1',
    );
    journal = await open();
    await expect(texts(journal, 0)).rejects.toBeInstanceOf(JournalCorrupt);
    await expect(texts(journal, 0)).rejects.toThrow(/missing.*0-1\.jsonl is damaged at byte \d+/);
    expect(await texts(journal, 0, 3)).toEqual(['c']);
    expect(await texts(journal, 2)).toEqual(['x', 'y']);
    expect(await texts(journal, 4)).toEqual(['z']);
  });
});

describe('the files of a log', () => {
  test('a file that is gone, cut or replaced while it is written is noticed, and nothing more is written', async () => {
    const reports: string[] = [];
    const journal = await open({ report: (state) => reports.push(state) });
    await fill(journal, 0, ['a']);
    renameSync(file('0-1.jsonl'), folder.file('elsewhere'));
    await expect(journal.probe()).rejects.toBeInstanceOf(JournalUnavailable);
    expect(reports[0]).toContain('0-1.jsonl is gone');
    await expect(fill(journal, 0, ['b'], 1)).rejects.toBeInstanceOf(JournalUnavailable);
    renameSync(folder.file('elsewhere'), file('0-1.jsonl'));
    await journal.probe();
    await fill(journal, 0, ['b'], 1);
    expect(await texts(journal, 0)).toEqual(['a', 'b']);
    truncateSync(file('0-1.jsonl'), 10);
    await expect(journal.probe()).rejects.toThrow('was cut');
  });

  test('a file that is gone before the first append is an unavailable journal, not a fault of the program', async () => {
    const journal = await open();
    renameSync(file('0-1.jsonl'), folder.file('elsewhere'));
    await expect(fill(journal, 0, ['a'])).rejects.toBeInstanceOf(JournalUnavailable);
    renameSync(folder.file('elsewhere'), file('0-1.jsonl'));
    await fill(journal, 0, ['a']);
    expect(await texts(journal, 0)).toEqual(['a']);
  });

  test('a thread that starts again opens the files that were there, and no others', async () => {
    const journal = await open();
    await fill(journal, 0, ['a']);
    await journal.close();
    settings = thisJournal(settings) as LogSettings; // A log stays one.
    expect(await texts(await open(), 0)).toEqual(['a']);
    renameSync(folder.file('journal'), folder.file('elsewhere'));
    await expect(open()).rejects.toBeInstanceOf(JournalUnavailable);
    await openJournal({ ...settings, made: undefined as never }, partitions).then((each) =>
      each.close(),
    );
    await expect(open()).rejects.toThrow(/was replaced/);
  });

  test('a file of another journal is refused, and so is a later version', async () => {
    await open();
    const text = readFileSync(file('1-1.jsonl'), 'utf8');
    writeFileSync(file('1-1.jsonl'), text.replace(/"id":"[^"]+"/, '"id":"another"'));
    await expect(open({ readonly: true })).rejects.toThrow('is of another journal');
    writeFileSync(file('1-1.jsonl'), text.replace('"v":1', '"v":2'));
    await expect(open({ readonly: true })).rejects.toThrow('has version 2');
    writeFileSync(file('1-1.jsonl'), 'this is no journal');
    await expect(open({ readonly: true })).rejects.toThrow('not a journal');
  });

  test('where it cannot go on in a new file it stays in the one it has', async () => {
    let journal = await open();
    mkdirSync(file('0-2.jsonl'));
    writeFileSync(file('0-2.jsonl/in the way'), '');
    for (let last = 0; last < 20; last++) {
      await fill(journal, 0, ['x'.repeat(100_000)], last);
      await Bun.sleep(5);
    }
    expect(statSync(file('0-1.jsonl')).size).toBeGreaterThan(1.9e6);
    expect(await texts(journal, 0)).toHaveLength(20);
    rmSync(file('0-2.jsonl'), { recursive: true });
    journal = await reopened(journal);
    expect(await texts(journal, 0)).toHaveLength(20);
    await fill(journal, 0, ['y'], 20);
    expect((await texts(await open({ readonly: true }), 0)).at(-1)).toBe('y');
  });

  test('what is kept of a full file is a hint: entries that are not where it says are looked for', async () => {
    const journal = await open();
    for (let last = 0; !existsSync(file('0-1.index')); last++) {
      await fill(journal, 0, [`${last}`.padEnd(50_000)], last);
      await fill(journal, 2, [`${last}`], last);
      await Bun.sleep(2);
    }
    const index = readFileSync(file('0-1.index'));
    const end = index.indexOf(0x0a) + 1;
    const places = new Uint8Array(index.subarray(end));
    new Uint32Array(places.buffer)[2]! += 7;
    const head = JSON.parse(index.subarray(0, end).toString()) as { sha256: string }; // As it was written.
    head.sha256 = Bun.SHA256.hash(places, 'hex');
    writeFileSync(
      file('0-1.index'),
      Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), places]),
    );
    const reader = await open({ readonly: true });
    const count = await reader.last(0);
    expect((await texts(reader, 0)).map(Number)).toEqual(
      Array.from({ length: count }, (_, n) => n),
    );
    expect(await texts(reader, 2)).toHaveLength(count);
  });

  test('what was closed is found again without reading it, and an older copy is read as it is', async () => {
    let journal = await open();
    const long = 'x'.repeat(100_000);
    for (let last = 0; last < 8; last++) await fill(journal, 0, [long], last);
    const older = readFileSync(file('0-1.jsonl'));
    for (let last = 8; last < 12; last++) await fill(journal, 0, [long], last);
    await journal.close();
    expect(existsSync(file('0-1.index'))).toBe(true);
    journal = await open();
    await fill(journal, 0, ['more'], 12);
    expect(await texts(await open({ readonly: true }), 0)).toHaveLength(13);
    await journal.close();
    writeFileSync(file('0-1.jsonl'), older);
    journal = await open();
    expect(await journal.last(0)).toBe(8);
    await fill(journal, 0, ['other'], 8);
    expect((await texts(journal, 0)).map((text) => text.length)).toEqual([
      ...Array(8).fill(long.length),
      5,
    ]);
  });

  test('a missing file in the middle is missing entries', async () => {
    const journal = await open();
    let last = 0;
    for (; !existsSync(file('0-3.jsonl')); last++) {
      await fill(journal, 0, ['x'.repeat(100_000)], last);
      await Bun.sleep(5);
    }
    await fill(journal, 0, ['the first in the third file'], last);
    await journal.close();
    rmSync(file('0-2.jsonl'));
    await expect(texts(await open({ readonly: true }), 0)).rejects.toBeInstanceOf(JournalCorrupt);
  });
});

describe('a journal of a release before 0.6.0', () => {
  const old = () => new OldJournal(settings.before, partitions);

  test('goes on in a log, takes no entries any more, and both are read as one', async () => {
    const earlier = old();
    await fill(earlier, 0, ['a', 'b']);
    await fill(earlier, 5, ['z']);
    const journal = await open();
    expect(await journal.last(0)).toBe(2);
    await fill(journal, 0, ['c', 'd'], 2);
    expect(await texts(journal, 0)).toEqual(['a', 'b', 'c', 'd']);
    expect(await texts(journal, 0, 2)).toEqual(['b', 'c', 'd']);
    expect(await texts(await open({ readonly: true }), 5)).toEqual(['z']);
    await expect(fill(earlier, 0, ['x'], 2)).rejects.toThrow('goes on in another file');
    earlier.close();
    const again = await reopened(journal);
    expect(await texts(again, 0, 3)).toEqual(['c', 'd']);
    expect(await again.last(5)).toBe(1);
  });

  test('is read as it is where no log was begun, and takes nothing', async () => {
    const earlier = old();
    await fill(earlier, 0, ['a']);
    earlier.close();
    const reader = await open({ readonly: true });
    expect(await texts(reader, 0)).toEqual(['a']);
    await expect(fill(reader, 0, ['b'], 1)).rejects.toBeInstanceOf(JournalUnavailable);
    expect(existsSync(settings.folder)).toBe(false);
  });

  test('whoever dies after the log was made, and before the old journal says so, loses nothing', async () => {
    const earlier = old();
    await fill(earlier, 0, ['a']);
    earlier.close();
    const untouched = readFileSync(settings.before);
    await (await reopened(await open())).close();
    opened = [];
    rmSync(`${settings.before}-wal`, { force: true });
    writeFileSync(settings.before, untouched);
    const journal = await open();
    await fill(journal, 0, ['b'], 1);
    expect(await texts(journal, 0)).toEqual(['a', 'b']);
    const still = old();
    await expect(fill(still, 0, ['x'], 1)).rejects.toThrow('goes on in another file');
    still.close();
  });

  test('an older copy, or none, is refused', async () => {
    const earlier = old();
    await fill(earlier, 0, ['a', 'b']);
    earlier.close();
    await (await open()).close();
    opened = [];
    renameSync(settings.before, folder.file('elsewhere'));
    await expect(open()).rejects.toThrow('which is missing: put it back');
    const other = old();
    await fill(other, 0, ['a']);
    other.close();
    await expect(open()).rejects.toThrow('but not as it is');
  });
});

test('a writer that is killed leaves every acknowledged entry', async () => {
  const program = `
    import { openJournal } from '../open.ts';
    const journal = await openJournal(${JSON.stringify(settings)}, ${partitions});
    for (let last = 0; ; ) {
      const entry = '{"v":1,"partition":0,"seq":' + (last + 1) + ',"text":"' + 'x'.repeat(5_000) + '"}';
      last = await journal.append(0, last, Buffer.from(entry));
      require('node:fs').writeSync(1, last + '\\n');
      await Bun.sleep(0);
    }`;
  const command = [process.execPath, '-e', program];
  const writer = startProcess({ command, cwd: import.meta.dir });
  await waitUntil('it has written several files', () => existsSync(file('0-2.jsonl')), 60_000);
  await writer.kill();
  const acknowledged = Number(writer.output().trim().split('\n').at(-1));
  const journal = await open();
  const last = await journal.last(0);
  expect(last).toBeGreaterThanOrEqual(acknowledged);
  expect(await texts(journal, 0)).toHaveLength(last);
  await fill(journal, 0, ['next'], last);
  expect((await texts(await open({ readonly: true }), 0)).at(-1)).toBe('next');
});

describe.if(canMount)('a full disk', () => {
  const room = 16 * 1024 * 1024;
  let small: TemporaryFolder;
  beforeEach(() => {
    small = smallFolder(room);
  });
  afterEach(() => small.remove());

  test('makes appends fail with nothing stored, until there is room again', async () => {
    settings = { ...settings, folder: small.file('journal'), before: small.file('journal.db') };
    const ballast = small.file('ballast');
    writeFileSync(ballast, new Uint8Array(room / 2));
    const journal = await open();
    const text = 'x'.repeat(entryBytesMax - 100);
    let last = 0;
    const appendUntilFull = async () => {
      for (; ; last++) await fill(journal, 0, [text], last);
    };
    await expect(appendUntilFull()).rejects.toBeInstanceOf(JournalUnavailable);
    expect(last).toBeGreaterThan(0);
    expect(await journal.last(0)).toBe(last);
    expect(await texts(journal, 0)).toHaveLength(last);
    expect(await texts(await open({ readonly: true }), 0)).toHaveLength(last);

    truncateSync(ballast, 0);
    await fill(journal, 0, ['room again'], last);
    expect((await texts(await open({ readonly: true }), 0)).at(-1)).toBe('room again');
    const again = await reopened(journal);
    expect((await texts(again, 0)).at(-1)).toBe('room again');
    for (const each of opened.splice(0)) await each.close();
  });
});
