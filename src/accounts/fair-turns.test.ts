import { describe, expect, setDefaultTimeout, test } from 'bun:test';
import { FairTurns } from './fair-turns.ts';

setDefaultTimeout(240_000);

const patient = { waitingMax: 8, waitMsMax: 60_000 };

/** Lines up, and writes down who got turns, in order, and who did not. */
function rig(limits = patient) {
  const turns = new FairTurns(limits);
  const [served, refused]: string[][] = [[], []];
  const lineUp = async (whose: string, name = whose) => {
    const list = (await turns.take(whose)) ? served! : refused!;
    list.push(name);
  };
  /** Lets turns end one after the other until nobody waits. */
  const serve = async () => {
    for (let n = 0; n < 50; n++) {
      turns.done();
      await Bun.sleep(0);
    }
  };
  return { turns, served: served!, refused: refused!, lineUp, serve };
}

describe('turns', () => {
  test('go round among those who wait, and are first come, first served for each', async () => {
    const { served, lineUp, serve } = rig();
    for (const name of ['a1', 'a2', 'a3', 'a4', 'b1', 'c1', 'b2']) void lineUp(name[0]!, name);
    await serve();
    expect(served).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4']);
  });

  test('are taken from whoever has most of a full line, for who has fewer', async () => {
    const { turns, served, refused, lineUp, serve } = rig();
    for (let n = 0; n < 20; n++) void lineUp('flood');
    await Bun.sleep(0);
    expect(refused).toEqual(Array(11).fill('flood'));
    expect([turns.hasRoomFor('flood'), turns.hasRoomFor('me')]).toEqual([false, true]);
    for (let n = 0; n < 6; n++) void lineUp('me', `me ${n}`);
    await Bun.sleep(0);
    // Four each are what is fair; the fifth of mine is refused.
    expect(refused.slice(11).sort()).toEqual([...Array(4).fill('flood'), 'me 4', 'me 5']);
    expect(turns.hasRoomFor('another')).toBe(true);
    await serve();
    expect(served).toEqual([
      ...['flood', 'flood', 'me 0', 'flood', 'me 1', 'flood', 'me 2', 'flood', 'me 3'],
    ]);
  });

  test('are given up after a time, so that who waits is told while they listen', async () => {
    const { turns, served, refused, lineUp, serve } = rig({ waitingMax: 8, waitMsMax: 20 });
    void lineUp('first');
    await lineUp('second');
    expect(refused).toEqual(['second']);
    expect(turns.hasRoomFor('second')).toBe(true);
    void lineUp('third');
    await serve();
    expect(served).toEqual(['first', 'third']);
  });

  test('are free again when all have had theirs', async () => {
    const { served, lineUp, serve } = rig();
    void lineUp('a');
    void lineUp('b');
    await serve();
    await lineUp('c');
    expect(served).toEqual(['a', 'b', 'c']);
  });
});
