/** The whole of the rules, against a plain model of them, whatever is sent and whenever. */
import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { timeMsMax } from '../limits.ts';
import { plainAnswer } from '../plain/plain-answers.ts';
import { PlainItem } from '../plain/plain-item.ts';
import { orderStatusNames, type Publish, type Reply } from '../protocol.ts';
import { Actor, id, start } from '../testing/item-driver.ts';
import { type Step, someHistory, someLongHistory, somePromo } from '../testing/random-commands.ts';
import { apply, canonical, dueAt, type Item, unitsLeft } from './item.ts';

const runs = { numRuns: 150, includeErrorInReport: true };

/** An actor and the model of its item, which takes every event that the actor decides. */
class Pair {
  readonly actor = new Actor();
  model: PlainItem | undefined;
  #taken = 0;

  take(): void {
    const { journal } = this.actor;
    for (; this.#taken < journal.length; this.#taken++) {
      const { event, at } = journal[this.#taken]!;
      if (event.type === 'opened') this.model ??= new PlainItem(event);
      this.model!.take(event, at);
    }
  }

  /** The books and the line of everybody who stands somewhere. */
  compare(at: number): void {
    const { item } = this.actor;
    const model = this.model!;
    const { loaded, held, sold } = item!;
    expect([loaded, held, sold, unitsLeft(item!)]).toEqual([
      ...[model.loaded, model.held, model.sold, model.left],
    ]);
    expect(model.overdue(at)).toBeNull();
    expect(dueAt(item!)).toBeGreaterThan(at);
    const { orders } = item!;
    const statuses = Array.from(orders.numbers(), (n) => orderStatusNames[orders.statusOf(n)]);
    const { archived } = model;
    expect(orders.archived).toBe(archived);
    expect(statuses).toEqual(model.orders.slice(archived).map(({ status }) => status));
    expect(item!.dues.map(({ settled }) => settled)).toEqual(
      model.money.dues.map(({ settled }) => settled),
    );
  }

  compareStanding(reply: Reply, user: number, promo: number): void {
    const expected = this.model!.stand(user, promo);
    if (reply.standing === null || expected === null) return;
    const { state, nonce, ahead, until } = reply.standing;
    // The order of a draw that is held during a pause is found after it.
    if (state === 'drawing' && this.model!.promos.get(promo)!.paused) return;
    expect({ state, nonce, ahead, until }).toEqual(expected);
    expect(reply.standing.waiting).toBe(this.model!.promos.get(promo)!.people);
    expect(reply.standing.heldUnpaid).toBe(this.model!.held);
  }
}

/** Plays a history under a first promo, and looks at the pair after each step. */
function play(promo: Publish, history: readonly Step[]): Pair {
  const pair = new Pair();
  let at = start - 200;
  pair.actor.send({ type: 'open', item: id, price: 1_000, units: 3, limit: 3 }, at);
  pair.actor.send(promo, at);
  pair.take();
  for (const { command: sent, waitMs, retainMs = Number.POSITIVE_INFINITY } of history) {
    at += waitMs;
    pair.actor.archive(at - retainMs, at);
    pair.take();
    const command = pair.actor.asShopsSend(sent);
    const expected = plainAnswer(pair.model, command, at);
    const reply = pair.actor.send(command, at);
    pair.take();
    expect({ command, at, code: reply.code }).toEqual({ command, at, code: expected });
    if ('promo' in command && 'user' in command) {
      pair.compareStanding(reply, command.user, command.promo);
    }
    pair.actor.pass(at);
    pair.take();
    pair.compare(at);
  }
  return pair;
}

describe('whatever is sent, whenever', () => {
  test('each command is answered, each event decided, and everybody stands as the rules say', () => {
    fc.assert(
      fc.property(somePromo, someHistory, (promo, history) => void play(promo, history)),
      runs,
    );
  });

  test('also where orders leave the memory that can change no more', () => {
    let archived = 0;
    fc.assert(
      fc.property(somePromo, someLongHistory, (promo, history) => {
        const { actor, model } = play(promo, history);
        archived += model!.archived;
        let replayed: Item | undefined;
        for (const { event, at } of actor.journal) replayed = apply(replayed, event, at);
        expect(canonical(replayed!)).toBe(canonical(actor.item!));
      }),
      runs,
    );
    expect(archived).toBeGreaterThan(runs.numRuns);
  });

  test('and then nothing but time, all holds end, and nobody waits', () => {
    fc.assert(
      fc.property(somePromo, someHistory, (promo, history) => {
        const pair = play(promo, history);
        pair.actor.pass(timeMsMax);
        pair.take();
        const { held, promos } = pair.model!;
        expect([...promos.values()].map(({ people }) => people)).toEqual([...promos].map(() => 0));
        expect(held).toBe(0);
      }),
      runs,
    );
  });

  test('replaying the events gives exactly the same state (I6)', () => {
    fc.assert(
      fc.property(somePromo, someHistory, (promo, history) => {
        const { actor } = play(promo, history);
        let replayed: Item | undefined;
        for (const { event, at } of actor.journal) replayed = apply(replayed, event, at);
        expect(canonical(replayed!)).toBe(canonical(actor.item!));
      }),
      runs,
    );
  });
});
