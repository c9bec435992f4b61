import { afterAll, describe, expect, test } from 'bun:test';
import { temporaryFolder } from '../../actors/testing/process.ts';
import { KeptAnswers, type Worked } from './kept-answers.ts';
import { SqliteStore } from './sqlite.ts';
import { type KeyValueStore, StoreUnavailable } from './store.ts';

const folder = temporaryFolder();
let now = 1_000_000;
const store = new SqliteStore(folder.file('store.db'), () => now);
const other = new SqliteStore(folder.file('store.db'), () => now);

afterAll(async () => {
  await store.close();
  await other.close();
  folder.remove();
});

const done = <T>(answer: T): Worked<T> => ({ answer, final: true });
const answered = <T>(answer: T, replayed: boolean) => ({
  outcome: 'answered' as const,
  answer,
  replayed,
});

/** A store whose operations fail from some moment on. */
function failing(isAway: () => boolean): KeyValueStore {
  return new Proxy(store, {
    get: (target, name) => {
      const operation = Reflect.get(target, name, target);
      return (...given: unknown[]) => {
        if (isAway()) throw new StoreUnavailable('away');
        return operation.apply(target, given);
      };
    },
  });
}

describe('a request with a key', () => {
  const answers = new KeptAnswers(store);

  test('is carried out once: repeats get its answer, whatever was made of it', async () => {
    let made = 0;
    const make = () => answers.once('once', 'a lamp', async () => done({ id: ++made }));
    expect(await make()).toEqual(answered({ id: 1 }, false));
    expect(await make()).toEqual(answered({ id: 1 }, true));
    const elsewhere = new KeptAnswers(other);
    const again = await elsewhere.once('once', 'a lamp', async () => done({ id: ++made }));
    expect([again, made]).toEqual([answered({ id: 1 }, true), 1]);
  });

  test('is refused under a key that stands for another request, answered or not', async () => {
    await answers.once('taken', 'a lamp', async () => done(1));
    const work = async () => done(2);
    expect(await answers.once('taken', 'a chair', work)).toEqual({ outcome: 'used otherwise' });
    await answers.once('open', 'a lamp', async () => ({ answer: 503, final: false }));
    expect(await answers.once('open', 'a chair', work)).toEqual({ outcome: 'used otherwise' });
  });

  test('may be sent again when nothing final came of it, and is the same attempt then', async () => {
    const attempts: string[] = [];
    const fail = async (attempt: string): Promise<Worked<number>> => {
      attempts.push(attempt);
      return { answer: 503, final: false };
    };
    expect(await answers.once('again', 'a', fail)).toEqual(answered(503, false));
    const died = answers.once('again', 'a', async (attempt) => {
      attempts.push(attempt);
      throw new Error('the engine died');
    });
    await expect(died).rejects.toThrow('the engine died');
    const last = await answers.once('again', 'a', async (attempt) => {
      attempts.push(attempt);
      return done(201);
    });
    expect(last).toEqual(answered(201, false));
    expect(new Set(attempts).size).toBe(1);
    const another = await answers.once('another', 'a', async (attempt) => done(attempt));
    expect(another).not.toEqual(answered(attempts[0], false));
  });

  test('that comes twice at once is carried out by one, and both get its answer', async () => {
    const gate = Promise.withResolvers<void>();
    let made = 0;
    const work = async () => {
      await gate.promise;
      return done(++made);
    };
    const both = [store, other, store, other].map((each) =>
      new KeptAnswers(each).once('at once', 'a', work),
    );
    gate.resolve();
    const told = await Promise.all(both);
    expect(told.filter((each) => each.outcome === 'answered' && each.answer === 1)).toHaveLength(4);
    expect(made).toBe(1);
  });

  test('is told that it is in progress, when the one before takes longer than it waits', async () => {
    const gate = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const first = answers.once('slow', 'a', async () => {
      begun.resolve();
      await gate.promise;
      return done(1);
    });
    await begun.promise;
    const impatient = new KeptAnswers(other, 0);
    expect(await impatient.once('slow', 'a', async () => done(2))).toEqual({
      outcome: 'in progress',
    });
    // Another request under the key need not wait to hear that it cannot be.
    expect(await impatient.once('slow', 'b', async () => done(2))).toEqual({
      outcome: 'used otherwise',
    });
    gate.resolve();
    expect(await first).toEqual(answered(1, false));
  });

  test('goes on under its attempt where the engine that had its turn is dead', async () => {
    const silent = Promise.withResolvers<Worked<string>>();
    const begun = Promise.withResolvers<string>();
    const dead = answers.once('dead', 'a', (attempt) => {
      begun.resolve(attempt);
      return silent.promise;
    });
    const attempt = await begun.promise;
    const impatient = new KeptAnswers(other, 0);
    const repeat = () => impatient.once('dead', 'a', async (same) => done(same));
    expect(await repeat()).toEqual({ outcome: 'in progress' });
    now += 15_001;
    expect(await repeat()).toEqual(answered(attempt, false));
    // A holder that was only slow ends without taking the turn of anybody else.
    silent.resolve(done(attempt));
    expect(await dead).toEqual(answered(attempt, false));
  });

  test('may be another one after a day', async () => {
    await answers.once('old', 'a', async () => done(1));
    now += 24 * 3_600_000 + 1;
    expect(await answers.once('old', 'b', async () => done(2))).toEqual(answered(2, false));
  });
});

describe('while the store is away', () => {
  test('nothing is done, and the sender is told so', async () => {
    let worked = 0;
    const answers = new KeptAnswers(failing(() => true));
    const told = await answers.once('away', 'a', async () => done(++worked));
    expect([told.outcome, worked]).toEqual(['unprotected', 0]);
  });

  test('what was done before it went is told, and the same attempt is found again', async () => {
    let away = false;
    const attempts: string[] = [];
    const work = async (attempt: string) => {
      attempts.push(attempt);
      away = true;
      return done('made');
    };
    const answers = new KeptAnswers(failing(() => away));
    expect(await answers.once('lost', 'a', work)).toEqual(answered('made', false));
    away = false;
    now += 15_001;
    expect(await answers.once('lost', 'a', work)).toEqual(answered('made', false));
    expect(new Set(attempts).size).toBe(1);
  });
});
