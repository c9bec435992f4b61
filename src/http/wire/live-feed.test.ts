import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { Board } from '../../../actors/memory/board.ts';
import { boardRow } from '../../../actors/testing/board-row.ts';
import { RequestMetrics } from '../../metrics/request-metrics.ts';
import { LiveFeed } from './live-feed.ts';
import { StreamPlaces } from './stream-places.ts';

setDefaultTimeout(240_000);

const row = boardRow({ loaded: 9_000, left: 9_000 });

/** What a reader of a stream has got so far. */
interface Watcher {
  readonly lefts: number[];
  /** The very bytes of each event. */
  readonly chunks: Uint8Array[];
  hangUp(): Promise<void>;
}

function threads(count: number): RequestMetrics[] {
  const memory = new SharedArrayBuffer(RequestMetrics.bytes(count));
  return Array.from(
    { length: count },
    (_, thread) => new RequestMetrics(memory, thread, ['other']),
  );
}

const request = new Request('http://engine/');

describe('live stock', () => {
  let board: Board;
  let metrics: RequestMetrics;
  let feed: LiveFeed;

  beforeEach(() => {
    board = new Board(new SharedArrayBuffer(Board.bytes()));
    board.write(1, row);
    board.write(2, row);
    [metrics] = threads(1) as [RequestMetrics]; // One was made.
    const places = new StreamPlaces({ byAddressMax: 10_000, max: 10_000 }, metrics);
    feed = new LiveFeed(
      board,
      () => 0,
      places,
      () => undefined,
    );
  });

  afterEach(() => feed.stop());

  function watch(item: number): Watcher {
    const reader = feed.open(item, request, 'somewhere').body!.getReader();
    const [lefts, chunks]: [number[], Uint8Array[]] = [[], []];
    const read = async () => {
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        chunks.push(next.value);
        const left = /"left":(\d+)/.exec(new TextDecoder().decode(next.value))?.[1];
        if (left !== undefined) lefts.push(Number(left));
      }
    };
    void read();
    return { lefts, chunks, hangUp: () => reader.cancel() };
  }

  async function until(holds: () => boolean): Promise<void> {
    for (const end = Date.now() + 30_000; !holds(); await Bun.sleep(1)) {
      if (Date.now() > end) throw new Error('waited in vain');
    }
  }

  test('tells watchers when the merchant moves the end of the promo', async () => {
    const promo = { promo: 7, startAt: 0, endAt: 60_000 };
    board.write(1, boardRow({ loaded: 9_000, left: 9_000, ...promo }));
    const { chunks } = watch(1);
    board.write(1, boardRow({ loaded: 9_000, left: 9_000, ...promo, endAt: 90_000 }));
    const ends = () =>
      chunks.map((chunk) => /"endAt":("[^"]*"|null)/.exec(`${Buffer.from(chunk)}`)?.[1]);
    while (chunks.length < 2) await Bun.sleep(10);
    expect(ends()).toEqual(['"1970-01-01T00:01:00.000Z"', '"1970-01-01T00:01:30.000Z"']);
  });

  test('is encoded once for all who watch an item', async () => {
    const watchers = Array.from({ length: 50 }, () => watch(1));
    await until(() => watchers.every(({ lefts }) => lefts.length === 1));
    board.write(1, { ...row, left: 8_999, held: 1 });
    await until(() => watchers.every(({ lefts }) => lefts.length === 2));
    const [first, ...others] = watchers;
    for (const { chunks } of others) {
      expect(chunks[0]).toBe(first!.chunks[0]!);
      expect(chunks[1]).toBe(first!.chunks[1]!);
    }
  });

  test('goes to a thousand in a turn at most, in turn, and everyone ends up with the last state', async () => {
    const watchers = Array.from({ length: 3_500 }, () => watch(1));
    const few = Array.from({ length: 3 }, () => watch(2));
    const heard = () => watchers.filter(({ lefts }) => lefts.length > 1).length;
    board.write(1, { ...row, left: 8_999, held: 1 });
    board.write(2, { ...row, left: 8_998, held: 2 });
    await until(() => heard() > 0);
    expect(heard()).toBeLessThanOrEqual(1_000);
    // Those of another item do not wait behind them.
    expect(few.map(({ lefts }) => lefts.at(-1))).toEqual([8_998, 8_998, 8_998]);
    await until(() => heard() >= 1_500);
    board.write(1, { ...row, left: 8_997, held: 3 });
    await until(() => watchers.every(({ lefts }) => lefts.at(-1) === 8_997));
    // Nobody was told twice before all had been told once.
    expect(Math.max(...watchers.map(({ lefts }) => lefts.length))).toBeLessThanOrEqual(3);
  });

  test('gives a place back when a client goes, once', async () => {
    const [staying, leaving] = [watch(1), watch(1)];
    await until(() => leaving.lefts.length === 1);
    expect(metrics.noted('streams')).toBe(2);
    await leaving.hangUp();
    expect(metrics.noted('streams')).toBe(1);
    board.write(1, { ...row, left: 8_999, held: 1 });
    await until(() => staying.lefts.at(-1) === 8_999);
    feed.stop();
    expect(metrics.noted('streams')).toBe(0);
  });
});

describe('places for streams', () => {
  test('are bounded for an address, and for all addresses in all threads together', () => {
    const [here, elsewhere] = threads(2) as [RequestMetrics, RequestMetrics]; // Two were made.
    const limits = { byAddressMax: 2, max: 4 };
    const [own, other] = [new StreamPlaces(limits, here), new StreamPlaces(limits, elsewhere)];
    const taken = ['a', 'a', 'a', 'b'].map((address) => own.take(address));
    expect(taken).toEqual([null, null, 'address full', null]);
    expect([other.take('a'), other.take('c')]).toEqual([null, 'all full']);
    own.leave('a');
    expect([other.take('c'), own.take('a')]).toEqual([null, 'all full']);
    other.leave('c');
    expect([own.take('a'), own.take('a')]).toEqual([null, 'address full']);
    expect([here.noted('streams'), here.noted('streamsRefused')]).toEqual([4, 4]);
  });

  test('of a thread that crashed are free again when it is back', () => {
    const [metrics] = threads(1) as [RequestMetrics]; // One was made.
    const limits = { byAddressMax: 1, max: 1 };
    expect(new StreamPlaces(limits, metrics).take('a')).toBeNull();
    expect(new StreamPlaces(limits, metrics).take('a')).toBeNull();
  });
});
