import { beforeEach, describe, expect, test } from 'bun:test';
import { setImmediate } from 'node:timers/promises';
import { drawStrideEntrants } from '../limits.ts';
import { code } from '../protocol.ts';
import { item, newRig, type Rig, start } from '../testing/partition-rig.ts';

const promo = 7;
const startAt = start + 60_000;
/** Some strides' work. */
const entrants = 3 * drawStrideEntrants;

let rig: Rig;

beforeEach(async () => {
  rig = newRig();
  await rig.open(1);
  rig.submit({
    ...{ type: 'publish', item, promo, price: 50, startAt, endAt: startAt + 60_000 },
    ...{ limit: 1, gateFactor: 1, payWindowMs: 10_000, admitMs: 10_000 },
    ...{ queue: 'draw', queueOpenAt: start, secret: 'ab'.repeat(32) },
  });
  for (let user = 1; user <= entrants; user++) {
    rig.submit({ type: 'join', item, user, promo, nonce: user });
  }
  await commit();
});

async function commit(): Promise<void> {
  rig.partition.commit();
  await rig.journal.acknowledgeAll();
  await setImmediate();
}

/** Where a user stands at the moment of the draw, and after it. */
async function standingOf(user: number) {
  const request = rig.submit({ type: 'stand', item, user, promo }, startAt);
  await commit();
  const { code: answer, standing } = rig.replies.get(request)!;
  expect(answer).toBe(code.ok);
  return standing!.state;
}

describe('a long draw', () => {
  test('is put in order between the commands of others, and by none of them', async () => {
    for (let asked = 0; asked < 20; asked++) expect(await standingOf(1)).toBe('drawing');
    let ticks = 0;
    do {
      rig.partition.tick(startAt);
      ticks++;
    } while (rig.partition.busy);
    expect(ticks).toBeGreaterThanOrEqual(entrants / drawStrideEntrants);
    await commit();
    const states = [];
    for (let user = 1; user <= 20; user++) states.push(await standingOf(user));
    expect(states).not.toContain('drawing');
    expect(rig.board.read(item)).toMatchObject({ outstanding: 1, waiting: entrants - 1 });
  });

  test('does not keep the thread busy while its promo is paused', async () => {
    rig.partition.tick(startAt);
    expect(rig.partition.busy).toBe(true);
    rig.submit({ type: 'pause', item, promo }, startAt);
    await commit();
    rig.partition.tick(startAt);
    expect(rig.partition.busy).toBe(false);
    rig.submit({ type: 'resume', item, promo }, startAt);
    rig.partition.tick(startAt);
    expect(rig.partition.busy).toBe(true);
  });
});
