/** Bugs planted in the rules of a sale, one for each rule at least: the simulation finds every one. */
import { expect, test } from 'bun:test';
import type { Item } from '../../actors/item/item.ts';
import { Sale } from '../../actors/item/sale.ts';
import { Partition } from '../../actors/partition/partition.ts';
import type { PartitionWorld } from '../../actors/partition/world.ts';
import { type Command, code, orderStatus, refusal } from '../../actors/protocol.ts';
import { sha256 } from '../../actors/sha256.ts';
import { simulate } from './simulate.ts';

/** What is wrong with an engine's rules. */
interface Bug {
  /** Damages an item before anything is decided about it; what it returns mends it again afterwards. */
  item?(item: Item, command: Command | null, now: number): (() => void) | undefined;
  /** Damages how a promo stands, for good. */
  sale?(sale: Sale, item: Item): void;
  /** Makes another command of one. */
  command?(command: Command, item: Item | undefined): Command;
  /** Called once a command was decided. */
  after?(item: Item, command: Command): void;
  /** The answer to a command that is not decided at all. */
  answer?(item: Item, command: Command): number | null;
}

/** A partition whose rules are wrong. */
class Misruled extends Partition {
  readonly #damaged = new WeakSet<Sale>();

  constructor(
    partition: number,
    private readonly outside: PartitionWorld,
    private readonly bug: Bug,
  ) {
    super(partition, outside);
  }

  override submit(mailbox: number, request: number, command: Command, now: number): void {
    const item = this.items.get(command.item);
    const answer = item === undefined ? null : (this.bug.answer?.(item, command) ?? null);
    if (answer !== null) {
      const told = { ...refusal(code.ok), code: answer as typeof code.ok }; // A code, as `Bug` says.
      this.outside.reply(mailbox, request, told);
      return;
    }
    const given = this.bug.command?.(command, item) ?? command;
    this.#wrongly(command, now, () => super.submit(mailbox, request, given, now));
    if (item !== undefined && this.mode === 'ready') this.bug.after?.(item, command);
  }

  override tick(now: number): void {
    this.#wrongly(null, now, () => super.tick(now));
  }

  #wrongly(command: Command | null, now: number, work: () => void): void {
    const mends = [...this.items.values()].map((item) => {
      for (const sale of item.sales.slice(1)) {
        if (this.#damaged.has(sale)) continue;
        this.#damaged.add(sale);
        this.bug.sale?.(sale, item);
      }
      const concerns = command === null || command.item === item.id;
      return concerns ? this.bug.item?.(item, command, now) : undefined;
    });
    work();
    for (const mend of mends) mend?.();
  }
}

/** Sets a field for a while; what it returns sets it back. */
function forNow<T extends object, K extends keyof T>(of: T, field: K, value: T[K]): () => void {
  const before = of[field];
  of[field] = value;
  return () => {
    of[field] = before;
  };
}

function getter(of: object, name: string, get: () => unknown): void {
  Object.defineProperty(of, name, { get, configurable: true });
}

/** Rules are met where much has gone before. */
const happenings = 500;

const planted: Record<string, { bug: Bug; found: RegExp }> = {
  'an order at the normal price during a promo': {
    bug: {
      item: (item, command) => {
        const normal = command?.type === 'place' && command.promo === 0;
        return normal ? forNow(item, 'promosEndAt', 0) : undefined;
      },
    },
    found: /sold at its normal price, and has a promo/,
  },
  'a normal price that is sold at although it is not to be': {
    bug: { item: (item) => forNow(item, 'normalSale', true) },
    found: /normal price|is not done|I2|I6/,
  },
  'a buyer at their limit who is let in again': {
    bug: {
      item: ({ sales, terms }, command) => {
        if (command?.type !== 'join' || command.promo === 0) return undefined;
        const index = terms.findIndex(({ promo }) => promo === command.promo);
        const buyers = sales[index]?.buyers;
        const row = buyers?.find(command.user) ?? -1;
        if (buyers === undefined || row < 0) return undefined;
        const units = buyers.unitsAt(row);
        buyers.setUnits(row, 0);
        return () => buyers.setUnits(row, units);
      },
    },
    found: /is let in again/,
  },
  'an admission out of turn': {
    bug: {
      sale: ({ waiting, buyers }) => {
        waiting.first = () => {
          const last = [...waiting].at(-1);
          return last === undefined ? -1 : buyers.placeAt(last);
        };
      },
    },
    found: /I10/,
  },
  'a gate that counts admissions that were spent, and never opens again': {
    bug: {
      sale: (sale, item) => {
        const terms = item.terms[item.sales.indexOf(sale)]!;
        let given = 0;
        const { admissions } = sale;
        const push = admissions.push.bind(admissions);
        admissions.push = (buyer) => {
          given++;
          return push(buyer);
        };
        sale.room = (left) => terms.gateFactor * left - given;
      },
    },
    found: /although there is room|although the gate is open|the gate has room|the gate is full/,
  },
  'an admission that does not lapse': {
    bug: { sale: (sale) => getter(sale, 'lapseAt', () => Number.POSITIVE_INFINITY) },
    found: /should have lapsed|end of user \d+'s admission/,
  },
  'an admission that lapses during a pause': {
    bug: {
      sale: (sale) =>
        getter(sale, 'lapseAt', () => {
          const row = sale.admissions.first();
          if (row < 0) return Number.POSITIVE_INFINITY;
          return sale.lapseAtOf(sale.admissions.buyerAt(row));
        }),
    },
    found: /can lapse/,
  },
  'a paused sale that sells': {
    bug: {
      item: (item, command) => {
        if (command?.type !== 'place') return undefined;
        const paused = item.sales.filter((sale) => sale.paused);
        // Nothing else goes on in them.
        for (const sale of paused) {
          sale.paused = false;
          sale.room = () => 0;
          getter(sale, 'lapseAt', () => Number.POSITIVE_INFINITY);
        }
        return () => {
          for (const sale of paused) {
            sale.paused = true;
            Reflect.deleteProperty(sale, 'room');
            Reflect.deleteProperty(sale, 'lapseAt');
          }
        };
      },
    },
    found: /is paused|the board shows .*"paused":1/,
  },
  'a draw without its first entrant': {
    bug: {
      sale: ({ draw }) => {
        if (draw === null) return;
        const order = draw.order.bind(draw);
        draw.order = (stride) => order(stride)?.slice(1) ?? null;
      },
    },
    found: /I10|I6|although there is room/,
  },
  'a draw by a seed that nobody can recompute': {
    bug: {
      sale: ({ draw }) => {
        if (draw !== null) draw.seedNow = () => sha256(draw.secret);
      },
    },
    found: /I10: the draw has another seed/,
  },
  'an order of the draw that is not by its seed': {
    bug: {
      sale: ({ draw }) => {
        if (draw === null) return;
        const order = draw.order.bind(draw);
        draw.order = (stride) => order(stride)?.reverse() ?? null;
      },
    },
    found: /I10|I6/,
  },
  'a payment after a cancellation that is forgotten': {
    bug: {
      answer: ({ orders }, command) => {
        const cancelled =
          command.type === 'pay' && orders.has(command.n) && orders.statusOf(command.n);
        return cancelled === orderStatus.cancelled ? code.refundDue : null;
      },
    },
    found: /no refund is due|the order is not durable/,
  },
  'a payment that is due back, and pays': {
    bug: {
      item: (item, command) =>
        command?.type === 'pay' ? forNow(item, 'dueOf', new Map()) : undefined,
    },
    found: /is due back/,
  },
  'a wrong amount that pays': {
    bug: {
      command: (command) => (command.type === 'pay' ? { ...command, amountMinor: -1 } : command),
    },
    found: /a wrong amount paid/,
  },
  'a refund that puts its units back twice': {
    bug: {
      after: (item, command) => {
        if (command.type === 'refund' && command.back) item.loaded++;
      },
    },
    found: /I1|I2|I6|I9/,
  },
  'units that were taken off sale, and are sold': {
    bug: {
      after: (item, command) => {
        if (command.type === 'withdrawUnits') item.loaded += command.units;
      },
    },
    found: /I1|I2|I6|I9|gate is full|units that are not left/,
  },
  'a queue that outlives its promo': {
    bug: {
      sale: (sale) => {
        // Only the second end sends anybody home: without any, the actor would end it for ever.
        const sendHome = () => Sale.prototype.sendHome.call(sale);
        let ends = 0;
        sale.sendHome = () => (++ends % 2 === 0 ? sendHome() : undefined);
      },
    },
    found: /I2: the board|I6|sent home/,
  },
  'promos that overlap': {
    bug: {
      item: ({ sales }, command) => {
        if (command?.type !== 'publish') return undefined;
        const mends = sales.map((sale) => forNow(sale, 'over', true));
        return () => {
          for (const mend of mends) mend();
        };
      },
    },
    found: /overlaps|promo \d+ should have ended/,
  },
  'a price edited of what was ordered before': {
    bug: {
      after: ({ orders }, command) => {
        if (command.type !== 'edit' || command.price === undefined) return;
        const { price } = command;
        const before = orders.priceOf.bind(orders);
        const { count } = orders;
        orders.priceOf = (n) => (n <= count && orders.termsOf(n) === 0 ? price : before(n));
      },
    },
    found: /I2|I6|of \d+$/,
  },
  'a delivery that is taken for another one with its key': {
    bug: {
      command: (command, item) => {
        if (command.type !== 'restock') return command;
        const units = item?.restocks.get(command.key) ?? 0;
        return units > 0 ? { ...command, units } : command;
      },
    },
    found: /restock is not done/,
  },
  'an archive that drops an order which holds units': {
    bug: {
      item: (item, command, now) => {
        const { orders } = item;
        const [first, endsAt] = [orders.firstHold(), orders.firstDeadline()];
        if (command !== null || first === 0 || endsAt <= now) return;
        const statusOf = orders.statusOf.bind(orders);
        const looksPaid = (n: number) => {
          const status = statusOf(n);
          return status === orderStatus.placed ? orderStatus.paid : status;
        };
        const mends = [
          forNow(orders, 'firstHold', () => first),
          forNow(orders, 'firstDeadline', () => endsAt),
          forNow(orders, 'statusOf', looksPaid),
        ];
        return () => {
          for (const mend of mends) mend();
        };
      },
    },
    found: /holds units, and is archived|is placed, and archived/,
  },
  'an archived order whose token is taken for one that was never spent': {
    bug: {
      item: ({ sales }, command) => {
        if (command?.type !== 'place') return;
        const mends = sales.map((sale) => forNow(sale, 'archived', false));
        return () => {
          for (const mend of mends) mend();
        };
      },
    },
    found: /I3: (another answer than the first|the token was spent on another amount)/,
  },
  'money for an archived order that nobody gives back': {
    bug: { answer: (_, command) => (command.type === 'owe' ? code.ok : null) },
    found: /no refund is due/,
  },
  'a promo that goes on after its merchant ended it': {
    bug: {
      command: (command) => (command.type === 'end' ? { ...command, type: 'resume' } : command),
    },
    found: /end is not done/,
  },
};

for (const [name, { bug, found }] of Object.entries(planted)) {
  test(`the simulation finds ${name}`, async () => {
    // Runs in which little fails, and many ask.
    const seeds = Array.from({ length: 400 }, (_, index) => 3 * index + 2);
    const partition = (number: number, world: PartitionWorld) => new Misruled(number, world, bug);
    const { failure } = await simulate({ seeds, happenings, plants: { partition } });
    expect(failure?.violation).toMatch(found);
  }, 240_000);
}
