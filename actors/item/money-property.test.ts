import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { code, orderStatus } from '../protocol.ts';
import { type Actor, cancel, id, onSale, place, start } from '../testing/item-driver.ts';

/**
 * A step of a sale of four units to five users. Payments are named by their references, each of an order
 * and an amount of its own, so that a delivery that comes again is the same money.
 */
interface Step {
  what: 'place' | 'paid' | 'refunded' | 'cancel' | 'byHand' | 'refund' | 'settle';
  n: number;
  payment: number;
  back: boolean;
  afterMs: number;
}

const priceMinor = 500;
/** The second payment of an order is of another amount, the third of nothing. */
const amounts = [priceMinor, 499, 0, priceMinor] as const;

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    what: fc.constantFrom<Step['what'][]>(
      ...(['place', 'place', 'paid', 'paid', 'paid', 'refunded'] as const),
      ...(['cancel', 'byHand', 'refund', 'settle'] as const),
    ),
    n: fc.integer({ min: 0, max: 8 }),
    payment: fc.nat({ max: amounts.length - 1 }),
    back: fc.boolean(),
    // A pay window is ten seconds.
    afterMs: fc.constantFrom(0, 0, 0, 1, 4_000, 10_000),
  }),
  { minLength: 1, maxLength: 60 },
);

/** What has come, by payment: what was delivered in any way that was answered at all. */
class Till {
  readonly #payments = new Map<string, number>();

  get totalMinor(): number {
    return [...this.#payments.values()].reduce((sum, minor) => sum + minor, 0);
  }

  takes(name: string, minor: number): void {
    this.#payments.set(name, minor);
  }
}

function carryOut(actor: Actor, till: Till, step: Step, at: number, nonce: number): void {
  const { what, n, payment, back } = step;
  const reference = `p${n}.${payment}`;
  const amountMinor = amounts[payment]!;
  switch (what) {
    case 'place':
      actor.send(place((n % 5) + 1, nonce), at);
      break;
    case 'paid':
      actor.send({ type: 'pay', item: id, n, user: 0, amountMinor, reference, by: 'webhook' }, at);
      till.takes(reference, amountMinor);
      break;
    case 'byHand': {
      const reply = actor.send({ type: 'pay', item: id, n, user: 0, reference: `hand${n}` }, at);
      if (reply.code !== code.notFound) till.takes(`hand${n}`, priceMinor);
      break;
    }
    case 'refunded':
      actor.send({ type: 'refund', item: id, n, amountMinor, back, reference, by: 'webhook' }, at);
      break;
    case 'refund':
      actor.send({ type: 'refund', item: id, n, amountMinor: -1, back, reference: '' }, at);
      break;
    case 'cancel':
      actor.send(cancel(n), at);
      break;
    case 'settle':
      actor.send({ type: 'settle', item: id, due: n, reference: '' }, at);
  }
}

/** Where the money is by the books: with orders that were paid, refunded since or not, or due back. */
function accountedMinor({ item }: Actor): number {
  const { orders, dues } = item!;
  let minor = dues.reduce((sum, due) => sum + due.amountMinor, 0);
  for (const n of orders.numbers()) {
    const status = orders.statusOf(n);
    const took = status === orderStatus.paid || status === orderStatus.refunded;
    if (took) minor += orders.priceOf(n) * orders.amountOf(n);
  }
  return minor;
}

test('all money that came is with an order that was paid or refunded, or is or was due back', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const [actor, till] = [onSale(4), new Till()];
      let at = start;
      for (const [index, step] of all.entries()) {
        at += step.afterMs;
        carryOut(actor, till, step, at, index + 1);
        expect(accountedMinor(actor)).toBe(till.totalMinor);
      }
    }),
    { numRuns: 1_000 },
  );
});
