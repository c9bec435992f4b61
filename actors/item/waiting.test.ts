import { describe, expect, test } from 'bun:test';
import { type Actor, drawn, join, onSale, queued, start } from '../testing/item-driver.ts';
import { itemBytes } from './item.ts';

const wasAdmitted = ({ events }: Actor) => events.includes('admitted');

describe('the people who wait', () => {
  test.each([queued, drawn])('take at most 100 bytes each: $queue', (terms) => {
    const people = 100_000;
    const actor = onSale(1, { ...terms, gateFactor: 1 });
    const empty = itemBytes(actor.item!);
    const at = Math.max(terms.queueOpenAt, start - 500);
    for (let user = 1; user <= people; user++) actor.send(join(user, user), at);
    const bytes = () => (itemBytes(actor.item!) - empty) / people;
    expect(bytes()).toBeGreaterThan(20);
    expect(bytes()).toBeLessThan(100);
    while (!wasAdmitted(actor)) {
      actor.pass(start);
      expect(bytes()).toBeLessThan(100);
    }
    expect(actor.item!.sales[1]!.people).toBe(people - 1);
  });
});
