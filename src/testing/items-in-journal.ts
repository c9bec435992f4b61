/** What an engine left behind: the journal, rebuilt, and SQL compared with it. */
import type { Event } from '../../actors/events.ts';
import { applyTo, type Item } from '../../actors/item/item.ts';
import { Chain } from '../../actors/journal/codec.ts';
import { openJournal } from '../../actors/journal/open.ts';
import { readConfig } from '../config.ts';
import { openSql } from '../db/open.ts';
import { parseOrderId } from '../order-id.ts';
import { journalSettings, sqlSettings } from '../parts-settings.ts';
import { engineEnvironment } from './engine-process.ts';
import { expectBooks } from './projected-rows.ts';

/** The settings of a test engine on this folder and these servers. */
function configOf(dataDir: string, env: Record<string, string>) {
  return readConfig({ ...engineEnvironment(dataDir), ...env });
}

/** What an order was when it left the memory, or is now. */
type StoredOrder = ReturnType<typeof factsOf>;

/** Items by their ids, and the orders that have left their memory, as they were then. */
export class ItemsInJournal extends Map<number, Item> {
  /** By item and number. */
  readonly archived = new Map<string, StoredOrder>();

  take(event: Event, at: number): void {
    if (event.type === 'archived') {
      const { id: item, orders } = this.get(event.item)!;
      for (let n = orders.archived + 1; n <= event.upTo; n++)
        this.archived.set(`${item}-${n}`, factsOf(orders, n));
    }
    applyTo(this, event, at);
  }

  find(item: number, n: number): StoredOrder | null {
    const { orders } = this.get(item) ?? {};
    if (orders?.has(n)) return factsOf(orders, n);
    return this.archived.get(`${item}-${n}`) ?? null;
  }

  /** Every order that was ever placed. */
  *all(): Generator<StoredOrder> {
    yield* this.archived.values();
    for (const { orders } of this.values())
      for (const n of orders.numbers()) yield factsOf(orders, n);
  }
}

/**
 * Rebuilds every item from the journal of a folder, or of the server that `env` names; a broken
 * chain or invariant (I1, I4, I8) throws.
 */
async function itemsInJournal(
  dataDir: string,
  env: Record<string, string> = {},
): Promise<ItemsInJournal> {
  const items = new ItemsInJournal();
  for await (const { event, at } of eventsInJournal(dataDir, env)) items.take(event, at);
  return items;
}

/** Every event of a journal, partition by partition. */
export async function* eventsInJournal(
  dataDir: string,
  env: Record<string, string> = {},
): AsyncGenerator<{ event: Event; at: number }> {
  const config = configOf(dataDir, env);
  const journal = await openJournal(journalSettings(config), config.partitions, { readonly: true });
  try {
    for (let partition = 0; partition < config.partitions; partition++) {
      const chain = new Chain(partition);
      for await (const { sequence, bytes } of journal.read(partition, 1)) {
        const { events, at } = chain.next(sequence, bytes);
        for (const event of events) yield { event, at: event.at ?? at };
      }
    }
  } finally {
    await journal.close();
  }
}

/** Rebuilds the items and checks that SQL holds exactly the same (I7). The engine must have drained. */
export async function itemsInJournalAndSql(
  dataDir: string,
  env: Record<string, string> = {},
): Promise<ItemsInJournal> {
  const items = await itemsInJournal(dataDir, env);
  const sql = await openSql(sqlSettings(configOf(dataDir, env)));
  await expectBooks(sql, items);
  await sql.close();
  return items;
}

/** An order by its id. @throws when it is missing. */
export function orderIn(items: ItemsInJournal, orderId: string): StoredOrder {
  const named = parseOrderId(orderId);
  const order = named === null ? null : items.find(named.item, named.n);
  if (order === null) throw new Error(`order ${orderId} is not in the journal`);
  return order;
}

function factsOf(orders: Item['orders'], n: number) {
  return {
    user: orders.userOf(n),
    amount: orders.amountOf(n),
    nonce: orders.nonceOf(n),
    status: orders.statusOf(n),
    createdAt: orders.createdAtOf(n),
  };
}
