/** What must go back to buyers: SQL lists it, the items' actors settle it. */
import { duesPerItemMax, itemIdMax } from '../../../actors/limits.ts';
import { code } from '../../../actors/protocol.ts';
import type { RefundDue, RefundDueCursor } from '../../db/refunds-due.ts';
import { done, type Outcome, refuse } from '../outcome.ts';
import type { ShopParts } from '../parts.ts';

/** Refunds in one page of the list. */
const pageRefunds = 50;

/** Settled ones that are shown beside those. */
const settledShown = 20;

/** How long to wait for the projector, and how often to look. */
const projectedMs = 3_000;
const lookMs = 20;

export interface RefundsPage {
  refunds: RefundDue[];
  /** The cursor of the next page; null where this is the last. */
  next: string | null;
}

/** What is due and not settled, newest first; null where the cursor is not one. */
export async function refundsDuePage(
  { sql }: Pick<ShopParts, 'sql'>,
  cursor: string | null,
): Promise<RefundsPage | null> {
  const after = cursor === null ? null : decode(cursor);
  if (cursor !== null && after === null) return null;
  return pageOf(await sql.refundsDue.open(after, pageRefunds));
}

export interface RefundWork extends RefundsPage {
  /** Of all that is due, on this page and others. */
  sum: { count: number; amountMinor: number };
  /** What was settled last. */
  settled: RefundDue[];
}

/** What is due, oldest first, with what it comes to and what was done last; null where the cursor is not one. */
export async function refundWork(
  { sql }: Pick<ShopParts, 'sql'>,
  cursor: string | null,
): Promise<RefundWork | null> {
  const after = cursor === null ? null : decode(cursor);
  if (cursor !== null && after === null) return null;
  const [refunds, sum, settled] = await Promise.all([
    sql.refundsDue.waiting(after, pageRefunds),
    sql.refundsDue.openSum(),
    sql.refundsDue.settled(settledShown),
  ]);
  return { ...pageOf(refunds), sum, settled };
}

function pageOf(refunds: RefundDue[]): RefundsPage {
  const last = refunds.length < pageRefunds ? undefined : refunds.at(-1);
  return { refunds, next: last === undefined ? null : encode(last) };
}

/**
 * Notes that a refund has been paid back. It answers once SQL shows it so, and whoever lists what is due
 * after that finds it gone; until then it is unknown, and the same request again is the right one.
 */
export async function settleRefund(
  { send, sql }: Pick<ShopParts, 'send' | 'sql'>,
  id: string,
  settlement: { reference: string; by: string },
): Promise<Outcome<RefundDue>> {
  const named = parse(id);
  if (named === null) return refuse(code.notFound);
  const { code: answer } = await send({ type: 'settle', ...named, ...settlement });
  if (answer === code.notOnSale) return refuse(code.notFound);
  if (answer !== code.ok) return refuse(answer);
  const row = await settledRow(sql, id);
  return row === null ? refuse(code.outcomeUnknown) : done(row);
}

/** A refund that its actor has settled, once SQL shows it so; null where that takes too long. */
export async function settledRow(
  sql: Pick<ShopParts['sql'], 'refundsDue'>,
  id: string,
): Promise<RefundDue | null> {
  for (const end = performance.now() + projectedMs; performance.now() < end; ) {
    const row = await sql.refundsDue.byId(id);
    if (row !== null && row.settledAt !== null) return row;
    await Bun.sleep(lookMs);
  }
  return null;
}

function parse(id: string): { item: number; due: number } | null {
  const match = /^([1-9]\d{0,9})-([1-9]\d{0,9})$/.exec(id);
  if (match === null) return null;
  const [item, due] = [Number(match[1]), Number(match[2])];
  return item <= itemIdMax && due <= duesPerItemMax ? { item, due } : null;
}

function encode({ at, itemId, due }: RefundDueCursor): string {
  return `${at}.${itemId}.${due}`;
}

function decode(text: string): RefundDueCursor | null {
  const match = /^(\d{1,15})\.(\d{1,10})\.(\d{1,10})$/.exec(text);
  if (match === null) return null;
  return { at: Number(match[1]), itemId: Number(match[2]), due: Number(match[3]) };
}
