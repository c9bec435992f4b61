/** What merchants see of webhooks, and what they wish: whoever sends them reads wishes from SQL, every second. */
import { code } from '../../../actors/protocol.ts';
import type {
  WebhookCursor,
  WebhookPartition,
  WebhookRow,
  WebhookState,
  WebhookWishKind,
} from '../../db/webhooks.ts';
import { done, type Outcome, refuse } from '../outcome.ts';
import type { ShopParts } from '../parts.ts';

/** Events in one page of a list. */
const pageEvents = 50;

/**
 * `off`: nobody is told; `starting`: nothing was read yet; `differs`: the journal of some partitions is not the
 * one that was told.
 */
export type SendingState = 'off' | 'starting' | 'going' | 'failing' | 'stopped' | 'differs';

export interface ShownWebhooks {
  /** Host and port; null where nobody is told. */
  host: string | null;
  state: SendingState;
  /** Since when it fails, or is stopped; null while it does not. */
  since: number | null;
  /** What the receiver answered last when it failed. */
  why: string | null;
  /** Entries of the journal that were not gone through yet, and the age of the oldest. */
  behind: { entries: number; ms: number };
  counts: Record<WebhookState, number>;
}

type Parts = Pick<ShopParts, 'webhooks' | 'sql' | 'positions' | 'partitions' | 'clock'>;

/** How webhooks go, whichever engine sends them. @throws SqlUnavailable */
export async function shownWebhooks(parts: Parts): Promise<ShownWebhooks> {
  const { webhooks, sql } = parts;
  const [partitions, counts] = await Promise.all([
    sql.webhooks.partitions(),
    sql.webhooks.counts(),
  ]);
  return {
    host: webhooks?.host ?? null,
    ...(webhooks === null ? idle : stateOf(partitions)),
    behind: behindOf(parts, partitions),
    counts,
  };
}

const idle = { state: 'off', since: null, why: null } as const;

function stateOf(partitions: readonly WebhookPartition[]) {
  const first = (field: 'stoppedAt' | 'failingSince') => {
    const times = partitions.map((each) => each[field]).filter((at) => at !== null);
    return times.length === 0 ? null : Math.min(...times);
  };
  const why = partitions.find((each) => each.why !== null)?.why ?? null;
  const [stoppedAt, failingSince] = [first('stoppedAt'), first('failingSince')];
  if (partitions.length === 0) return { ...idle, state: 'starting' } as const;
  if (partitions.some(({ differs }) => differs)) return { ...idle, state: 'differs' } as const;
  if (stoppedAt !== null) return { state: 'stopped', since: stoppedAt, why } as const;
  if (failingSince !== null) return { state: 'failing', since: failingSince, why } as const;
  return { ...idle, state: 'going' } as const;
}

function behindOf({ positions, clock }: Parts, partitions: readonly WebhookPartition[]) {
  const behind = { entries: 0, ms: 0 };
  for (const { partition, seq } of partitions) {
    const { entries, ms } = positions.lagOf(partition, seq, clock());
    behind.entries += entries;
    behind.ms = Math.max(behind.ms, ms);
  }
  return behind;
}

export interface WebhooksPage {
  events: WebhookRow[];
  /** The cursor of the next page; null where this is the last. */
  next: string | null;
}

/** Events of a state, newest first; null where the cursor is not one. @throws SqlUnavailable */
export async function webhooksPage(
  { sql }: Pick<ShopParts, 'sql'>,
  state: WebhookState,
  cursor: string | null,
): Promise<WebhooksPage | null> {
  const after = cursor === null ? null : decode(cursor);
  if (cursor !== null && after === null) return null;
  const events = await sql.webhooks.list({ state, after, limit: pageEvents });
  const last = events.length < pageEvents ? undefined : events.at(-1);
  return { events, next: last === undefined ? null : `${last.at}.${last.id}` };
}

function decode(text: string): WebhookCursor | null {
  const match = /^(\d{1,15})\.([\w.-]{1,100})$/.exec(text);
  return match === null ? null : { at: Number(match[1]), id: match[2]! };
}

/** Wishes something of whoever sends webhooks; `again` is about the event with an id. @throws SqlUnavailable */
export async function wishOfWebhooks(
  { webhooks, sql, partitions }: Pick<ShopParts, 'webhooks' | 'sql' | 'partitions'>,
  kind: WebhookWishKind,
  about: string | null,
): Promise<Outcome<null>> {
  if (webhooks === null) return refuse(code.wrongState);
  const event = about === null ? null : await sql.webhooks.byId(about);
  if (kind === 'again') {
    if (event === null) return refuse(code.notFound);
    await sql.webhooks.wish([{ kind, about, partition: event.partition }]);
    return done(null);
  }
  // A test is one event; all else concerns whoever sends for any partition.
  const concerned = kind === 'test' ? 1 : partitions;
  const wishes = Array.from({ length: concerned }, (_, partition) => ({
    kind,
    about: null,
    partition,
  }));
  await sql.webhooks.wish(wishes);
  return done(null);
}
