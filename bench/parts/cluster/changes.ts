/** What buyers saw of the changes of a cluster: which order met which change, and how long it mattered. */
import type { Asked } from './steady-buyers.ts';

/** What happened to an engine. */
export const kinds = ['killed', 'stopped', 'started'] as const;
export type Kind = (typeof kinds)[number];

/** One change, until the cluster was steady again or the next came. Times as those of what was asked. */
export interface Change {
  kind: Kind;
  from: number;
  to: number;
  /** Items of the partitions that changed hands; the hot one is first where it is among them. */
  items: readonly number[];
}

/** What was seen of all changes of one kind. */
export interface Seen {
  /**
   * For each partition that changed hands, in ms: after a kill how long it did not sell, otherwise the
   * longest that a buyer waited.
   */
  ms: number[];
  /** The same of the hot item's partition, and of the last partition of each change. */
  hotMs: number[];
  lastMs: number[];
  asked: Asked[];
}

export function seenOf(
  changes: readonly Change[],
  asked: readonly Asked[],
  hotItem: number,
): Record<Kind, Seen> {
  const none = (): Seen => ({ ms: [], hotMs: [], lastMs: [], asked: [] });
  const seen = { killed: none(), stopped: none(), started: none() };
  const met = Map.groupBy(asked, (each) => changeMetBy(each, changes));
  for (const change of changes) {
    const { ms, hotMs, lastMs, asked: all } = seen[change.kind];
    const own = met.get(change) ?? [];
    const times = change.items.map((item) => {
      const ofItem = own.filter(({ itemId }) => itemId === item);
      if (change.kind !== 'killed') return longestWait(ofItem);
      const sold = firstSoldAfter(ofItem, item, change.from);
      // Whoever ends a change waits until all is sold again.
      return (sold ?? change.to) - change.from;
    });
    all.push(...own);
    ms.push(...times);
    if (times.length > 0) lastMs.push(Math.max(...times));
    const hot = change.items.indexOf(hotItem);
    if (hot >= 0) hotMs.push(times[hot]!);
  }
  return seen;
}

/**
 * The change that an order was sent in; one that an engine's end found waiting met that. What waits for an
 * engine that was killed may be answered long after the next change.
 */
function changeMetBy({ sentAt, answeredAt }: Asked, changes: readonly Change[]): Change | null {
  const sentIn = changes.find(({ from, to }) => sentAt >= from && sentAt <= to) ?? null;
  if (sentIn !== null && sentIn.kind !== 'started') return sentIn;
  const foundWaiting = changes.find(
    ({ kind, from }) => kind !== 'started' && sentAt < from && answeredAt >= from,
  );
  return foundWaiting ?? sentIn;
}

/** When the first order was answered that was sent after a moment; null while there is none. */
export function firstSoldAfter(
  asked: readonly Asked[],
  item: number,
  moment: number,
): number | null {
  const times = asked
    .filter(({ itemId, sentAt, code }) => itemId === item && sentAt >= moment && code === 201)
    .map(({ answeredAt }) => answeredAt);
  return times.length === 0 ? null : Math.min(...times);
}

function longestWait(asked: readonly Asked[]): number {
  return asked.reduce((most, { sentAt, answeredAt }) => Math.max(most, answeredAt - sentAt), 0);
}

/** How often each answer came. */
export function countAnswers(asked: readonly Asked[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { code } of asked) {
    const name = code === null ? 'no answer' : `${code}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}
