import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { truncateSync, writeFileSync } from 'node:fs';
import { entryBytesMax } from '../limits.ts';
import {
  bytesOf,
  contractPartitions,
  fill,
  journalContract,
  readTexts,
} from '../testing/journal-contract.ts';
import { type NatsServer, startNats } from '../testing/nats.ts';
import { canMount, smallFolder, waitUntil } from '../testing/process.ts';
import { JetStreamJournal } from './jetstream.ts';
import {
  type JetStreamOptions,
  probeStream,
  probeSubject,
  subjectOf,
} from './jetstream-streams.ts';
import { type Journal, JournalUnavailable, OutcomeUnknown } from './journal.ts';

const partitions = contractPartitions;

// Each test starts a server, and some wait for time-outs.
setDefaultTimeout(240_000);

journalContract('JetStreamJournal', async () => {
  const server = await startNats();
  return {
    open: () => JetStreamJournal.open({ url: server.url, replicas: 1, partitions }),
    dispose: () => server.remove(),
  };
});

let server: NatsServer;
let opened: Journal[];

beforeEach(async () => {
  opened = [];
  server = await startNats();
});
afterEach(async () => {
  server.thaw();
  for (const journal of opened) await journal.close();
  await server.remove();
});

async function open(options: Partial<JetStreamOptions> = {}): Promise<JetStreamJournal> {
  const journal = await JetStreamJournal.open({
    url: server.url,
    replicas: 1,
    partitions,
    ...options,
  });
  opened.push(journal);
  return journal;
}

/** The last sequence, asked again while the server is away. */
async function lastOf(journal: Journal): Promise<number> {
  let last = 0;
  await waitUntil('the journal tells its last sequence', async () => {
    last = await journal.last(0);
    return true;
  });
  return last;
}

/** How an append ended. */
async function outcomeOf(append: Promise<number>): Promise<string> {
  try {
    await append;
    return 'stored';
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}

/** Appends, and after each failure recovers by reading, until `entries` are acknowledged. */
async function keepAppending(journal: Journal, entries: number): Promise<Map<number, string>> {
  const acknowledged = new Map<number, string>();
  let last = await lastOf(journal);
  for (let attempt = 0; acknowledged.size < entries; attempt++) {
    const text = `attempt ${attempt}`;
    try {
      last = await journal.append(0, last, bytesOf(text));
      acknowledged.set(last, text);
    } catch {
      last = await lastOf(journal);
    }
  }
  return acknowledged;
}

describe('a server that comes and goes', () => {
  test('is waited for at the start, and the waiting is reported', async () => {
    await server.stop();
    const reports: string[] = [];
    const opening = open({ report: (state) => reports.push(state) });
    await waitUntil('the waiting is reported', () => reports.length > 1);
    expect(reports[0]).toContain(`no journal at ${server.url} yet`);
    await server.start();
    const journal = await opening;
    expect(await journal.append(0, 0, bytesOf('a'))).toBe(1);
  });

  test('is waited for no longer than asked', async () => {
    await server.stop();
    await expect(open({ patienceMs: 100 })).rejects.toBeInstanceOf(JournalUnavailable);
  });

  test('takes nothing while it is away, and has kept everything stored when it is back', async () => {
    const reports: string[] = [];
    const journal = await open({ report: (state) => reports.push(state) });
    await fill(journal, 0, ['a', 'b']);
    await server.kill();
    await waitUntil('the loss is noticed', () => reports[0]?.startsWith('lost') === true);
    await expect(journal.append(0, 2, bytesOf('x'))).rejects.toBeInstanceOf(JournalUnavailable);
    await expect(journal.last(0)).rejects.toBeInstanceOf(JournalUnavailable);
    await expect(journal.probe()).rejects.toBeInstanceOf(JournalUnavailable);
    await expect(readTexts(journal, 0)).rejects.toBeInstanceOf(JournalUnavailable);
    await server.start();
    await waitUntil(
      'the return is noticed',
      () => reports.at(-1)?.startsWith('connected') === true,
    );
    expect(await readTexts(journal, 0)).toEqual(['a', 'b']);
    expect(await journal.append(0, 2, bytesOf('c'))).toBe(3);
  });

  test('loses no acknowledged entry when it is killed during appends', async () => {
    const journal = await open();
    const appending = keepAppending(journal, 1_500);
    for (let crash = 0; crash < 3; crash++) {
      const before = await lastOf(journal);
      await waitUntil('appends go on', async () => (await lastOf(journal)) > before + 50);
      await server.kill();
      await server.start();
    }
    const acknowledged = await appending;
    const texts = await readTexts(journal, 0);
    for (const [sequence, text] of acknowledged) expect(texts[sequence - 1]).toBe(text);
  });

  test('ends a reading with an error when it is killed', async () => {
    const journal = await open();
    const entry = new Uint8Array(100_000).fill(65);
    for (let last = 0; last < 500; last++) await journal.append(0, last, entry);
    const reading = (async () => {
      for await (const { sequence } of journal.read(0, 1)) if (sequence === 2) await server.kill();
    })();
    await expect(reading).rejects.toBeInstanceOf(JournalUnavailable);
    await server.start();
    await waitUntil(
      'it can be read again',
      async () => (await readTexts(journal, 0)).length === 500,
    );
  });
});

describe('a server that hangs', () => {
  test('leaves an append unknown, which a reading resolves; a late store never forks', async () => {
    const journal = await open();
    await fill(journal, 0, ['a']);
    await server.freeze();
    const outcome = await outcomeOf(journal.append(0, 1, bytesOf('late')));
    expect(outcome).toBe('OutcomeUnknown');
    await waitUntil('the hang is noticed', async () => {
      return (await outcomeOf(journal.append(1, 0, bytesOf('x')))) === 'JournalUnavailable';
    });
    server.thaw();
    const after = await keepAppending(journal, 50);
    const texts = await readTexts(journal, 0);
    for (const [sequence, text] of after) expect(texts[sequence - 1]).toBe(text);
    expect(texts[0]).toBe('a');
    expect(texts.length).toBe(after.size + (texts.includes('late') ? 2 : 1));
    if (texts.includes('late')) expect(texts[1]).toBe('late');
  });

  test('does not let a writer that left meanwhile back in unfenced', async () => {
    const journal = await open();
    await fill(journal, 0, ['a']);
    await server.freeze();
    expect(await outcomeOf(journal.append(0, 1, bytesOf('late')))).toBe('OutcomeUnknown');
    server.thaw();
    const second = await open();
    const last = await second.last(0);
    await outcomeOf(second.append(0, last, bytesOf('second')));
    const texts = await readTexts(second, 0);
    expect(texts).toHaveLength(last + 1);
    expect(['second', 'late']).toContain(texts.at(-1)!);
    expect(await outcomeOf(second.append(0, 1, bytesOf('behind')))).toBe('Fenced');
  });
});

describe('the journal', () => {
  test('refuses more appends in flight than there may be, and one that does not follow them', async () => {
    const journal = await open();
    const texts = ['a', 'b', 'c', 'd'];
    expect(texts).toHaveLength(journal.appendsInFlight);
    const appends = texts.map((text, last) => journal.append(0, last, bytesOf(text)));
    await expect(journal.append(0, 5, bytesOf('x'))).rejects.toThrow(/does not follow/);
    await expect(journal.append(0, 4, bytesOf('x'))).rejects.toThrow(/4 appends are in flight/);
    expect(await Promise.all(appends)).toEqual([1, 2, 3, 4]);
    expect(await readTexts(journal, 0)).toEqual(texts);
  });

  test('says that an append without a stream has stored nothing', async () => {
    const journal = await open();
    await server.api('STREAM.DELETE.STAMPEDE_00', {});
    await expect(journal.append(0, 0, bytesOf('a'))).rejects.toBeInstanceOf(JournalUnavailable);
    await expect(journal.probe()).rejects.toBeInstanceOf(JournalUnavailable);
  });

  test('is probed without adding an entry', async () => {
    const journal = await open();
    await journal.probe();
    for (let partition = 0; partition < partitions; partition++) {
      expect(await journal.last(partition)).toBe(0);
    }
  });

  test('is probed without a message to any of its streams, be it one that is refused', async () => {
    const journal = await open();
    const listeners = await Promise.all([
      ...Array.from({ length: partitions }, (_, partition) => server.listen(subjectOf(partition))),
      server.listen(probeSubject),
    ]);
    for (let probe = 0; probe < 3; probe++) await journal.probe();
    await waitUntil('the probes are heard', () => listeners.at(-1)!.heard() === 3);
    const heard = listeners.map((listener) => listener.heard());
    expect(heard).toEqual([...new Array(partitions).fill(0), 3]);
    for (const listener of listeners) listener.stop();
    const info = await server.api(`STREAM.INFO.${probeStream}`, {});
    expect(info).toMatchObject({ state: { messages: 1, last_seq: 3 } });
  });

  test('makes the stream of its probes anew when somebody has deleted it', async () => {
    const journal = await open();
    await server.api(`STREAM.DELETE.${probeStream}`, {});
    await journal.probe();
    const info = await server.api(`STREAM.INFO.${probeStream}`, {});
    expect(info).toMatchObject({ state: { messages: 1 } });
  });

  test('says what an acknowledgement means', async () => {
    const { serverVersion, replicas, fsync, text } = (await open()).acknowledgement();
    expect(serverVersion).toMatch(/^\d+\.\d+\.\d+/);
    expect(replicas).toBe(1);
    expect(['interval', 'unknown']).toContain(fsync);
    expect(text).toContain('power cut');
  });
});

describe.if(canMount)('a full disk', () => {
  test('makes appends fail, and they go on when there is room again', async () => {
    const room = 48 * 1024 * 1024;
    await server.remove();
    server = await startNats({ folder: smallFolder(room) });
    const ballast = server.folder.file('ballast');
    writeFileSync(ballast, new Uint8Array(room / 2));
    const journal = await open();
    const entry = new Uint8Array(entryBytesMax).fill(65);
    let last = 0;
    const appendUntilFull = async () => {
      for (;;) last = await journal.append(0, last, entry);
    };
    const failure = await appendUntilFull().catch((error: unknown) => error);
    expect(failure instanceof OutcomeUnknown || failure instanceof JournalUnavailable).toBe(true);
    expect(last).toBeGreaterThan(5);
    truncateSync(ballast, 0);
    // It hangs, and does not leave when asked.
    await server.kill();
    await server.start();
    await waitUntil('it takes entries again', async () => {
      last = await journal.last(0);
      return (await outcomeOf(journal.append(0, last, bytesOf('room again')))) === 'stored';
    });
    expect((await readTexts(journal, 0)).at(-1)).toBe('room again');
  });
});
