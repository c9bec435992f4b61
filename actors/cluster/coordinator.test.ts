import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { beatMs, memberTtlMs, orderAgainMs, ownLeaseMs, settledBeats } from '../limits.ts';
import {
  CoordinatedEngine,
  type SharedJournal,
  sharedJournal,
} from '../testing/coordinated-engine.ts';
import { type NatsServer, startNats } from '../testing/nats.ts';
import { startNatsCluster } from '../testing/nats-cluster.ts';
import { waitUntil } from '../testing/process.ts';
import { type Relay, startRelay } from '../testing/relay.ts';

// Each test starts servers.
setDefaultTimeout(240_000);

const partitions = 16;

let server: NatsServer;
let journal: SharedJournal;
let engines: CoordinatedEngine[];
let relays: Relay[];

beforeEach(async () => {
  server = await startNats();
  journal = sharedJournal(partitions);
  [engines, relays] = [[], []];
});

afterEach(async () => {
  for (const engine of engines) await engine.stop();
  for (const relay of relays) await relay.stop();
  await server.remove();
});

type Settings = Parameters<typeof CoordinatedEngine.start>[3];

async function start(id: string, settings: Settings = {}, url = server.url) {
  const engine = await CoordinatedEngine.start(url, id, journal, settings);
  engines.push(engine);
  return engine;
}

/** Starts an engine behind a relay, which can be held. */
async function startBehind(id: string): Promise<{ engine: CoordinatedEngine; relay: Relay }> {
  const relay = await startRelay(server.port);
  relays.push(relay);
  return { engine: await start(id, {}, `nats://127.0.0.1:${relay.port}`), relay };
}

/** Each partition is served by one of these engines, all of which know it, and each has some. */
async function untilShared(...among: CoordinatedEngine[]): Promise<void> {
  await waitUntil(`${among.map(({ id }) => id).join(', ')} share the partitions`, () => {
    const owner = (partition: number) => {
      const serving = among.filter(({ serves }) => serves.includes(partition));
      return serving.length === 1 ? serving[0]!.id : undefined;
    };
    const owners = Array.from({ length: partitions }, (_, partition) => owner(partition));
    return (
      !owners.includes(undefined) &&
      new Set(owners).size === among.length &&
      among.every(({ routes }) => JSON.stringify(routes) === JSON.stringify(owners))
    );
  });
}

/** All engines have stored a beat that they said from now on. */
async function untilBeating(): Promise<void> {
  const now = engines[0]!.steadyClock();
  await waitUntil('beats are stored', () =>
    engines.every(({ positions }) => positions.leaseEndsAt > now + ownLeaseMs),
  );
}

/** Takes an engine out of what is stopped at the end. */
async function stop(engine: CoordinatedEngine): Promise<void> {
  engines = engines.filter((other) => other !== engine);
  await engine.stop();
}

describe('engines', () => {
  test('join one after another, and each gets its share', async () => {
    const a = await start('a');
    await untilShared(a);
    const b = await start('b');
    await untilShared(a, b);
    const c = await start('c');
    await untilShared(a, b, c);
    expect(a.said(/an engine of the cluster joined/)).toBe(2);
    expect(a.lines.filter((line) => line.startsWith('warning'))).toEqual([]);
    expect(c.orders.every(({ type }) => type === 'take')).toBe(true);
    await waitUntil('all are told of', () => a.told.length === 3);
    expect(a.told.map(({ id, state }) => [id, state])).toEqual(
      ['a', 'b', 'c'].map((id) => [id, 'alive']),
    );
    expect(a.places).toEqual([server.url]);
  });

  test('leave, and hand over what they own before they do', async () => {
    const [a, b, c] = [await start('a'), await start('b'), await start('c')];
    await untilShared(a, b, c);
    await b.coordinator.leave();
    expect(b.serves).toEqual([]);
    expect(b.said(/leaves with partitions/)).toBe(0);
    await untilShared(a, c);
    await waitUntil('its own way is known', () => b.routes.every((id) => id !== 'b'));
    await stop(b);
    await waitUntil('it has left', () => a.said(/an engine of the cluster left/) === 1);
    expect(a.said(/is gone/)).toBe(0);
  });

  test('take over from one that falls silent, and give back when it returns', async () => {
    const [a, { engine: b, relay }] = [await start('a'), await startBehind('b')];
    await untilShared(a, b);
    relay.hold();
    await untilShared(a);
    await waitUntil('its lease is over', () => !b.positions.isLeased(b.steadyClock));
    expect(a.said(/an engine of the cluster is gone/)).toBe(1);
    expect(b.said(/is gone/)).toBe(0);
    relay.heal();
    await untilShared(a, b);
    expect(a.said(/an engine of the cluster came back/)).toBe(1);
    await waitUntil('it has its lease again', () => b.positions.isLeased(b.steadyClock));
  });
});

describe('while NATS is away', () => {
  test('nobody is judged, every lease ends, and all goes on afterwards', async () => {
    const [a, b] = [await start('a'), await start('b')];
    await untilShared(a, b);
    const before = { serves: a.serves, routes: a.routes };
    await server.kill();
    await waitUntil('the leases are over', () =>
      engines.every(({ positions, steadyClock }) => !positions.isLeased(steadyClock)),
    );
    await Bun.sleep(memberTtlMs);
    for (let partition = 0; partition < partitions; partition++) {
      expect(a.positions.boardAnswers(partition, a.steadyClock)).toBe(false);
    }
    expect({ serves: a.serves, routes: a.routes }).toEqual(before);
    await server.start();
    await untilBeating();
    await untilShared(a, b);
    expect(a.serves).toEqual(before.serves);
    expect(a.said(/is gone|came back/) + b.said(/is gone|came back/)).toBe(0);
  });

  test('a server that stands still and goes on changes nothing', async () => {
    const [a, b] = [await start('a'), await start('b')];
    await untilShared(a, b);
    const before = a.serves;
    await server.freeze();
    await Bun.sleep(memberTtlMs);
    server.thaw();
    await untilBeating();
    await untilShared(a, b);
    expect(a.serves).toEqual(before);
    expect(a.said(/is gone/) + b.said(/is gone/)).toBe(0);
  });
});

describe('the bucket', () => {
  const drop = () => server.api('STREAM.DELETE.KV_STAMPEDE_MEMBERS', {});

  test('is made again when it is deleted, and nobody loses a partition', async () => {
    const [a, b] = [await start('a'), await start('b')];
    await untilShared(a, b);
    const [before, orders] = [a.serves, a.orders.length + b.orders.length];
    await drop();
    await waitUntil('it is made again', () => a.said(/made again/) + b.said(/made again/) > 0);
    const c = await start('c');
    await untilShared(a, b, c);
    expect(before).toEqual(expect.arrayContaining(a.serves));
    expect(a.orders.length + b.orders.length).toBe(orders + c.serves.length);
    expect(a.said(/is gone/) + b.said(/is gone/)).toBe(0);
  });

  test('is replaced where somebody else has made it, who tells nobody what is stored', async () => {
    const settings = { subjects: ['$KV.STAMPEDE_MEMBERS.>'], max_msgs_per_subject: 1 };
    const make = () =>
      server.api('STREAM.CREATE.KV_STAMPEDE_MEMBERS', { name: 'KV_STAMPEDE_MEMBERS', ...settings });
    await make();
    const a = await start('a');
    await untilShared(a);
    expect(a.said(/not as engines make it/)).toBe(1);
    await drop();
    await make();
    await waitUntil('it is noticed', () => a.said(/not as engines make it/) === 2);
    const b = await start('b');
    await untilShared(a, b);
  });

  test('may hold what no engine understands', async () => {
    const a = await start('a');
    await untilShared(a);
    for (const text of ['', '{', '{"v":99}', '{"v":99}']) {
      await server.publish('$KV.STAMPEDE_MEMBERS.engine.odd', text);
    }
    const b = await start('b');
    await untilShared(a, b);
    expect(a.said(/skips the beats of an engine/)).toBe(2);
    expect(a.told.map(({ id }) => id)).toEqual(['a', 'b']);
  });
});

describe('an engine', () => {
  test('says once what another has that should be the same', async () => {
    const common = { tokenSecret: 'x', sql: 'b', store: 'own' };
    const [a, b] = [await start('a'), await start('b', { common })];
    await untilShared(a, b);
    await waitUntil('more beats are heard', () => b.positions.get(0, 'ownerHeardAt') > 0);
    for (const engine of [a, b]) {
      expect(engine.said(/warning: .*another TOKEN_SECRET/)).toBe(1);
      expect(engine.said(/warning: .*another REDIS_URL/)).toBe(1);
      expect(engine.said(/DATABASE_URL/)).toBe(0);
    }
  });

  test('is sent nothing where its records have another layout, and owns its share', async () => {
    const [a, b] = [await start('a'), await start('b', { layout: 2 })];
    await waitUntil('they share', () => {
      const all = [...a.serves, ...b.serves];
      return a.serves.length > 0 && b.serves.length > 0 && new Set(all).size === partitions;
    });
    // Its first share has come a moment before the other engine has heard that it is taken.
    await waitUntil('nothing is sent to it, nor kept from it', () =>
      a.routes.every((id, partition) => id === (b.serves.includes(partition) ? null : 'a')),
    );
    expect(b.serves.length).toBeGreaterThan(0);
    expect(a.said(/another layout/)).toBe(1);
  });

  test('gets nothing before it is fresh, and then its share', async () => {
    const a = await start('a');
    await untilShared(a);
    const b = await start('b');
    b.lagging = true;
    await waitUntil('it is known', () => a.told.length === 2);
    await Bun.sleep(2 * settledBeats * beatMs);
    expect(a.serves).toHaveLength(partitions);
    b.lagging = false;
    await untilShared(a, b);
    expect(a.orders.filter(({ type }) => type === 'hand over')).toHaveLength(b.serves.length);
  });

  test('orders again what a thread has died over', async () => {
    const a = await start('a');
    await untilShared(a);
    a.deaf = true;
    a.restartThread();
    await waitUntil('it orders in vain', () => a.orders.length >= 3 * partitions);
    a.deaf = false;
    await untilShared(a);
    expect(a.said(/takes partition 0\b/)).toBe(2);
  });

  test('leaves a partition to a stranger for as long as that writes', async () => {
    const a = await start('a');
    await untilShared(a);
    const write = () => {
      journal[0] = { seq: journal[0]!.seq + 1, writer: 'stranger' };
    };
    write();
    await waitUntil('it waits', () => a.said(/waits to take partition 0.*stranger/) === 1);
    for (const end = Date.now() + orderAgainMs; Date.now() < end; await Bun.sleep(beatMs)) write();
    expect(a.serves).not.toContain(0);
    await untilShared(a);
    expect(a.said(/waits to take/)).toBe(1);
  });

  test('shows how far the copies of partitions have come that others own', async () => {
    const [a, b] = [await start('a'), await start('b')];
    await untilShared(a, b);
    for (const partition of b.serves) b.positions.reached(partition, 'sql', 7);
    const [partition = -1] = b.serves;
    await waitUntil('it is heard', () => a.positions.get(partition, 'sqlSeq') === 7);
    expect(a.positions.get(partition, 'sqlKnown')).toBe(1);
    expect(a.positions.get(partition, 'ownerReady')).toBe(1);
    expect(a.positions.boardAnswers(partition, a.steadyClock)).toBe(true);
    a.positions.set(partition, 'journalSeq', 0);
    a.lagging = true;
    await waitUntil(
      'its board is too old',
      () => !a.positions.boardAnswers(partition, a.steadyClock),
    );
  });
});

test('with three servers, the leader of the bucket may be killed', async () => {
  const cluster = await startNatsCluster();
  try {
    const join = (id: string) => start(id, { replicas: 3 }, cluster.url);
    const [a, b] = [await join('a'), await join('b')];
    await untilShared(a, b);
    const before = a.serves;
    const leader = await cluster.untilLed('KV_STAMPEDE_MEMBERS');
    await cluster.nodes[leader]!.kill();
    await untilBeating();
    await untilShared(a, b);
    expect(a.serves).toEqual(before);
    expect(a.places.at(-1)).not.toBe(cluster.nodes[leader]!.url);
  } finally {
    for (const engine of [...engines]) await stop(engine);
    await cluster.remove();
  }
});
