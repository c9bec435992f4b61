/**
 * A thread that finds orders for an HTTP thread: with SQLite a search holds up the thread that it runs on, which
 * would take no orders meanwhile. It has a connection of its own, runs at a lower priority than what sells, and reads
 * in short steps, so that it never keeps the database from emptying its log. `messages.ts` has what it hears and says.
 */
import { configureLog } from '../../actors/log.ts';
import { lowerPriority } from '../../actors/thread-priority.ts';
import { openSql } from '../db/open.ts';
import { type Sql, SqlDamaged, SqlUnavailable } from '../db/sql.ts';
import { orderFilterOf } from '../shop/orders/filters.ts';
import { exportedOrders, foundPage } from '../shop/orders/found-orders.ts';
import { exportText } from './export-text.ts';
import type { FromOrderReader, ListAsked, OrderReaderSettings, ToOrderReader } from './messages.ts';

declare const self: Worker;

const niceness = 10;

/** A part of an export is sent when it has so many bytes of text, about. */
const partCharacters = 128 * 1024;

const encoder = new TextEncoder();

let settings: OrderReaderSettings | null = null;
let opened: Promise<Sql> | null = null;
const exports = new Map<number, AsyncGenerator<string, void>>();

/** SQL that could not be opened is tried again by the next question. */
function sql(): Promise<Sql> {
  opened ??= openSql(settings!.sql).catch((error) => {
    opened = null;
    throw error;
  });
  return opened;
}

async function list(ask: number, { filters, after, limit }: ListAsked): Promise<void> {
  const open = await sql();
  const filter = await orderFilterOf(open, filters);
  const page =
    filter === null ? { orders: [], next: null } : await foundPage(open, filter, after, limit);
  tell({ type: 'listed', ask, page });
}

async function* textOf({
  filters,
  format,
}: Extract<ToOrderReader, { type: 'export' }>): AsyncGenerator<string, void> {
  const { head, line } = exportText(format, settings!.currency);
  const open = await sql();
  const filter = await orderFilterOf(open, filters);
  let text = head;
  for await (const orders of filter === null ? [] : exportedOrders(open, filter)) {
    for (const order of orders) text += line(order);
    if (text.length < partCharacters) continue;
    yield text;
    text = '';
  }
  yield text;
}

/** Sends the next part of an export. */
async function more(ask: number): Promise<void> {
  const running = exports.get(ask);
  if (running === undefined) return;
  const { value, done } = await running.next();
  if (done === true) {
    exports.delete(ask);
    tell({ type: 'end', ask });
    return;
  }
  const text = encoder.encode(value);
  tell({ type: 'part', ask, text }, [text.buffer]);
}

async function leave(): Promise<void> {
  await (await opened?.catch(() => null))?.close();
  tell({ type: 'left' });
}

/** What failed is told to whoever asked, and ends an export. */
function answering(ask: number, work: Promise<void>): void {
  work.catch((error: unknown) => {
    exports.delete(ask);
    const unavailable = error instanceof SqlUnavailable;
    const isPlain = unavailable || error instanceof SqlDamaged || !(error instanceof Error);
    const message = isPlain ? String(error) : (error.stack ?? error.message);
    tell({ type: 'failed', ask, unavailable, message });
  });
}

function tell(message: FromOrderReader, transferred: ArrayBuffer[] = []): void {
  self.postMessage(message, transferred);
}

self.onmessage = ({ data }: MessageEvent<ToOrderReader>) => {
  switch (data.type) {
    case 'open':
      settings = data.settings;
      configureLog(settings.logLevel, 'orders');
      lowerPriority(niceness);
      break;
    case 'list':
      answering(data.ask, list(data.ask, data));
      break;
    case 'export':
      exports.set(data.ask, textOf(data));
      break;
    case 'more':
      answering(data.ask, more(data.ask));
      break;
    case 'drop':
      void exports.get(data.ask)?.return();
      exports.delete(data.ask);
      break;
    case 'leave':
      void leave();
      break;
  }
};
