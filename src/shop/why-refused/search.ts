/** Gathers what is known about one user and one item: from SQL, the item's actor, board and journal. */
import { code, type OrderView, partitionOf, type Standing } from '../../../actors/protocol.ts';
import { shownPromo } from '../../catalog/item.ts';
import { nextCursor, type OrderCursor } from '../../db/sql.ts';
import { parseOrderId } from '../../order-id.ts';
import { archivedOrder, isArchived } from '../archived-orders.ts';
import type { ShopParts } from '../parts.ts';
import type { OpenItem } from '../read-item.ts';
import type { Facts } from './reasons.ts';
import { entryTime, readUserEvents, type UserEventsRead } from './user-events.ts';

/** The most pages of a user's orders in SQL, for all items, that a search looks through. */
const pagesMax = 10;
const pageOrders = 100;
/** The most orders, newest first, that a search asks the actor for. */
const ordersMax = 100;

type SearchParts = Pick<
  ShopParts,
  'board' | 'partitions' | 'clock' | 'send' | 'openJournal' | 'sql'
>;

export interface Found {
  facts: Facts;
  history: UserEventsRead;
  /** Refusals of the item, of all users, by code, since the engine started. */
  refused: Record<string, number>;
  /** Whether there are more orders than are shown, or than SQL was asked for. */
  cut: boolean;
}

export interface Asked extends OpenItem {
  user: number;
  /** The first journal entry to read; null: as late as the bound allows. */
  from: number | null;
}

/** The searches of one thread: one at a time, because they read a long journal beside orders. */
export class RefusalSearch {
  #searching = false;

  constructor(private readonly parts: SearchParts) {}

  /**
   * Null while another search of this thread reads the journal.
   * @throws JournalUnavailable, JournalCorrupt, SqlUnavailable, StoreUnavailable
   */
  async search(asked: Asked): Promise<Found | null> {
    if (this.#searching) return null;
    this.#searching = true;
    try {
      return await gather(this.parts, asked);
    } finally {
      this.#searching = false;
    }
  }
}

async function gather(parts: SearchParts, { item, row, user, from }: Asked): Promise<Found> {
  const { partitions, clock } = parts;
  const journal = await parts.openJournal();
  try {
    const projected = await projectedOrders(parts, item.id, user);
    const { numbers: orders } = projected;
    const search = { item: item.id, user, partitions, from, orders };
    const history = await readUserEvents(journal, search);
    const placed = history.events.flatMap((event) => (event.type === 'placed' ? [event.n] : []));
    const all = [...new Set([...orders, ...placed])].sort((a, b) => b - a);
    const live = await knownOrders(parts, item.id, user, all.slice(0, ordersMax));
    const promo = shownPromo(item, row);
    const partition = partitionOf(item.id, partitions);
    const facts: Facts = {
      now: clock(),
      row,
      promo: promo === undefined ? null : { ...promo, limit: promo.limitPerUser },
      normalLimit: item.limitPerUser,
      orders: live,
      standing: promo === undefined ? null : await standingOf(parts, item.id, user, promo.id),
      events: history.events,
      readAll: history.from === 1 && history.to >= history.last,
      soldOutAt: row.left === 0 ? await entryTime(journal, partition, row.leftSeq) : null,
    };
    const cut = projected.cut || all.length > ordersMax;
    const refused = parts.board.refused(item.id);
    return { facts, history, refused, cut };
  } finally {
    await journal.close();
  }
}

/** The numbers of a user's orders for an item, as far as SQL knows them. */
async function projectedOrders({ sql }: SearchParts, itemId: number, user: number) {
  const numbers: number[] = [];
  let after: OrderCursor | null = null;
  for (let page = 0; page < pagesMax; page++) {
    const rows = await sql.orders.ordersOf(user, after, pageOrders);
    for (const row of rows) if (row.itemId === itemId) numbers.push(parseOrderId(row.id)!.n);
    after = nextCursor(rows, pageOrders);
    if (after === null) return { numbers, cut: false };
  }
  return { numbers, cut: true };
}

/** Orders as their actor, or SQL, has them, without those not found. @throws when the actor does not answer */
async function knownOrders(
  { send, sql }: SearchParts,
  item: number,
  user: number,
  numbers: readonly number[],
): Promise<OrderView[]> {
  const replies = await Promise.all(numbers.map((n) => send({ type: 'read', item, n, user })));
  const silent = replies.find((reply) => reply.code !== code.ok && reply.code !== code.notFound);
  if (silent !== undefined) throw new Error(`the actor of item ${item} answers ${silent.code}`);
  const orders: OrderView[] = [];
  for (const [index, reply] of replies.entries()) {
    if (reply.order !== null) orders.push(reply.order);
    if (!isArchived(reply)) continue;
    const { row, view } = await archivedOrder(sql, item, numbers[index]!);
    if (row.userId === user) orders.push(view);
  }
  return orders;
}

/** Where the user stands with a promo. @throws when the actor does not answer */
async function standingOf(
  { send }: SearchParts,
  item: number,
  user: number,
  promo: number,
): Promise<Standing> {
  const { code: answer, standing } = await send({ type: 'stand', item, user, promo });
  // Whoever has no place is told with it why none can be had.
  if (standing !== null) return standing;
  throw new Error(`the actor of item ${item} answers ${answer}`);
}
