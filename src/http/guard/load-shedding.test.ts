import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { LoadShedding } from './load-shedding.ts';

const orders = 1_000;
/** Long enough that the largest share is refused. */
const longMs = 600;

let shedding: LoadShedding;
let now: number;

beforeEach(async () => {
  now = 1_000;
  shedding = await LoadShedding.open(() => now);
});

afterEach(() => shedding.close());

/** Reads this many orders at once, and returns the seconds for which the refused are to stay away. */
function read(count: number): number[] {
  const answers = Array.from({ length: count }, () => shedding.refusedFor(now));
  return answers.filter((seconds) => seconds > 0);
}

/** Lets a datagram in flight come back. */
const sockets = () => Bun.sleep(10);

/** Reads a datagram this late, as in a crowd. */
async function beLate(ms: number): Promise<void> {
  read(256);
  now += ms;
  await sockets();
}

/** Goes on for too long to be taken for a moment's delay. */
function goOn(): void {
  expect(read(1)).toEqual([]);
  now += 300;
}

describe('load shedding', () => {
  test('refuses no one while requests are read as they arrive', async () => {
    for (let turn = 0; turn < 20; turn++) {
      expect(read(orders)).toEqual([]);
      now += 20;
      await sockets();
    }
  });

  test('refuses no one when the thread was held up once', async () => {
    await beLate(longMs);
    expect(read(orders)).toEqual([]);
    await sockets();
    now += 400;
    expect(read(orders)).toEqual([]);
  });

  test('refuses a quarter, and no more, when requests wait long', async () => {
    await beLate(longMs);
    goOn();
    const refused = read(orders);
    expect(refused.length).toBe(orders / 4);
    for (const seconds of refused) expect(seconds).toBeWithin(longMs / 100, 11);
  });

  test('refuses before a wait is over, judging by the datagram in flight', () => {
    read(256);
    now += longMs;
    goOn();
    expect(read(orders).length).toBe(orders / 4);
  });

  test('serves everyone again when requests are read as they arrive', async () => {
    await beLate(longMs);
    goOn();
    expect(read(4).length).toBe(1);
    await sockets();
    read(1);
    await sockets();
    expect(read(orders)).toEqual([]);
  });

  test('forgets what was measured when no orders have come since', async () => {
    await beLate(longMs);
    now += 3 * longMs;
    expect(read(255)).toEqual([]);
  });

  test('asks no one to stay away for more than ten seconds', async () => {
    await beLate(1_900);
    goOn();
    expect(Math.max(...read(orders))).toBe(10);
  });

  test('ignores datagrams that are not its own', async () => {
    const other = await Bun.udpSocket({ hostname: '127.0.0.1' });
    const forged = new DataView(new ArrayBuffer(24));
    forged.setFloat64(0, now - longMs);
    for (let each = 0; each < 10; each++) other.send(forged, shedding.port, '127.0.0.1');
    await sockets();
    goOn();
    expect(read(orders)).toEqual([]);
    other.close();
  });
});
