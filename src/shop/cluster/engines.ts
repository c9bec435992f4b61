/** Which engines there are, and which of them owns what: for those who operate them. */
import type { ToldMember, ToldPartition } from '../../../actors/cluster/told-members.ts';
import type { PartitionMode } from '../../../actors/memory/positions.ts';
import type { ShopParts } from '../parts.ts';
import { copyOf, type FollowedCopy } from './copies.ts';
import { clusterWarnings } from './warnings.ts';

export interface ShownEngine {
  id: string;
  address: string;
  version: string;
  /** Milliseconds since 1970 UTC. */
  startedAt: number;
  actorThreads: number;
  state: ToldMember['state'];
  /** Whether it is the engine that tells. */
  self: boolean;
  /** How long ago it was last heard; 0 for the engine itself. */
  heardMsAgo: number;
  /** How many partitions it owns. */
  owned: number;
}

export interface ShownPartition {
  partition: number;
  /** Id of the engine that owns it; null while none is known to. */
  owner: string | null;
  /** What its owner is doing with it; where there is none, what this engine is. */
  mode: PartitionMode;
  /** When its owner took it, milliseconds since 1970 UTC; null while it has none. */
  since: number | null;
  journalSeq: number;
  sqlSeq: number;
  replicaSeq: number;
  /** The entry up to which webhooks are settled; null where this engine does not send them. */
  webhookSeq: number | null;
  /** This engine's copy of it; null where it is the owner. */
  copy: FollowedCopy | null;
}

type Parts = Pick<ShopParts, 'positions' | 'partitions' | 'steadyClock' | 'engines'>;

export function shownEngines(parts: Parts) {
  const { engines, steadyClock } = parts;
  const partitions = Array.from({ length: parts.partitions }, (_, p) => shownPartition(parts, p));
  const now = steadyClock();
  const { own, members } = engines;
  const alone: Omit<ToldMember, 'common' | 'partitions' | 'layout'>[] = [
    { ...own, state: 'alive', heardAt: now },
  ];
  const shown = (members.length > 0 ? members : alone).map(
    ({ id, address, version, startedAt, actorThreads, state, heardAt }): ShownEngine => {
      const self = id === own.id;
      const facts = { id, address, version, startedAt, actorThreads, state, self };
      const heardMsAgo = self ? 0 : Math.max(0, Math.round(now - heardAt));
      return { ...facts, heardMsAgo, owned: partitions.filter((p) => p.owner === id).length };
    },
  );
  return { engines: shown, partitions, warnings: clusterWarnings(members) };
}

/** What this engine owns is told as it stands, all else as its owner last told it. */
function shownPartition(parts: Parts, partition: number): ShownPartition {
  const { positions, engines, steadyClock } = parts;
  const cell = (name: Parameters<typeof positions.get>[1]) => positions.get(partition, name);
  const owned = positions.owns(partition);
  const owner = owned ? null : ownerOf(engines.living, partition);
  return {
    partition,
    owner: owned ? engines.own.id : (owner?.id ?? null),
    mode: owner?.told.mode ?? positions.mode(partition),
    since: owned ? cell('ownedSince') || engines.own.startedAt : (owner?.told.since ?? null),
    journalSeq: Math.max(cell('journalSeq'), owner?.told.seq ?? 0),
    sqlSeq: cell('sqlSeq'),
    replicaSeq: cell('replicaSeq'),
    webhookSeq: cell('webhookKnown') === 1 ? cell('webhookSeq') : null,
    copy: copyOf(positions, partition, steadyClock),
  };
}

/** Where two claim it, who took it last: the other is about to give it up, or to find out. */
function ownerOf(living: readonly ToldMember[], partition: number) {
  let found: { id: string; told: ToldPartition } | null = null;
  for (const { id, partitions } of living) {
    const told = partitions[partition];
    if (told?.owned && (found === null || told.since > found.told.since)) found = { id, told };
  }
  return found;
}
