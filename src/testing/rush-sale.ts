/** A typical flash sale: a rush, a waitlist, holds that expire, a restock, late payments. */
import type { Command } from '../../actors/protocol.ts';
import { randomOf } from './random.ts';
import { type Script, saleStartsAt } from './script-player.ts';

export interface RushSale {
  users: number;
  units: number;
  restocked: number;
}

const item = 1;
const promo = 1;
const payWindowMs = 120_000;
const saleMs = 600_000;
const admitMs = 60_000;
/** Who has no order yet tries this often: those who waited may have been let in. */
const retryMs = 25_000;
const retriesUntilMs = 300_000;
/** Commands within this time share one entry. */
const entryMs = 20;

/**
 * Most users pass the gate around the opening and order a moment later; one in twenty comes with a
 * merchant's own token. Of ten who get an order, seven pay, one cancels, and two pay never or too late.
 */
export function rushSale({ users, units, restocked }: RushSale): Script {
  const random = randomOf(11);
  const commands: [afterMs: number, command: Command][] = [];
  const add = (afterMs: number, command: Command) => commands.push([Math.floor(afterMs), command]);
  for (let user = 1; user <= users; user++) {
    const arrival = 30 - 900 * Math.log(1 - random());
    const direct = user % 20 === 0;
    const orderedAt = arrival + 40 + 500 * random() ** 3;
    const nonce = 1_000 + user;
    if (!direct) add(arrival, { type: 'join', item, user, promo, nonce });
    add(orderedAt, place(user, nonce));
    if (random() > 0.3) continue;
    for (let at = orderedAt + retryMs; at < retriesUntilMs; at += retryMs) {
      // In whole seconds, so that there are not too many entries.
      const againAt = 1_000 * Math.ceil(at / 1_000);
      if (!direct) add(againAt, { type: 'join', item, user, promo, nonce });
      add(againAt + 1_000, place(user, nonce));
    }
  }
  // Numbers are assigned as orders come; more of them are settled here than there will be.
  for (let n = 1; n <= units + restocked; n++) {
    const lot = random();
    const paidAt = 8_000 + 70_000 * random() ** 2;
    if (lot < 0.7) add(n <= units ? paidAt : 200_000 + paidAt, pay(n));
    else if (lot < 0.8) add(paidAt, { type: 'cancel', item, n, user: 0 });
    else if (lot < 0.85) add(payWindowMs + 12_000 + 9_000 * random(), pay(n));
  }
  add(180_000, { type: 'restock', item, units: restocked, key: 5 });
  for (let tick = 0; tick <= saleMs + 1; tick += 200)
    add(tick, { type: 'read', item, n: 1, user: 0 });
  return [
    [-60_000, { type: 'open', item, price: 19_900, units }],
    [-50_000, publish()],
    ...grouped(commands),
  ];
}

function place(user: number, nonce: number): Command {
  return { type: 'place', item, user, promo, amount: 1, nonce, expiresAt: 2e9 };
}

function pay(n: number): Command {
  return { type: 'pay', item, n, user: 0 };
}

function publish(): Command {
  const times = { startAt: saleStartsAt, endAt: saleStartsAt + saleMs };
  return {
    type: 'publish',
    item,
    promo,
    price: 9_900,
    limit: 1,
    gateFactor: 5,
    payWindowMs,
    ...{ queue: 'fifo', admitMs, queueOpenAt: saleStartsAt },
    ...times,
  };
}

function grouped(commands: [afterMs: number, command: Command][]): Script {
  const groups = new Map<number, Command[]>();
  for (const [afterMs, command] of commands.toSorted(([a], [b]) => a - b)) {
    const at = Math.ceil(afterMs / entryMs) * entryMs;
    const group = groups.get(at) ?? [];
    groups.set(at, group);
    group.push(command);
  }
  return [...groups].map(([at, group]) => [at, ...group] as const);
}
