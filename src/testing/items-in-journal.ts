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

/**
 * Rebuilds every item from the journal of a folder, or of the server that `env` names; a broken
 * chain or invariant (I1, I4, I8) throws. By item id.
 */
async function itemsInJournal(
  dataDir: string,
  env: Record<string, string> = {},
): Promise<Map<number, Item>> {
  const items = new Map<number, Item>();
  for await (const { event, at } of eventsInJournal(dataDir, env)) applyTo(items, event, at);
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
): Promise<Map<number, Item>> {
  const items = await itemsInJournal(dataDir, env);
  const sql = await openSql(sqlSettings(configOf(dataDir, env)));
  await expectBooks(sql, items);
  await sql.close();
  return items;
}

/** An order by its id. @throws when it is missing. */
export function orderIn(items: ReadonlyMap<number, Item>, orderId: string) {
  const named = parseOrderId(orderId);
  const item = named === null ? undefined : items.get(named.item);
  if (named === null || item === undefined || !item.orders.has(named.n)) {
    throw new Error(`order ${orderId} is not in the journal`);
  }
  const { orders } = item;
  const { n } = named;
  return {
    user: orders.userOf(n),
    amount: orders.amountOf(n),
    nonce: orders.nonceOf(n),
    status: orders.statusOf(n),
    createdAt: orders.createdAtOf(n),
  };
}
