/**
 * What an engine tells the others of its cluster, several times a second: that it lives, where it is, and how
 * it stands with each partition. A beat comes from outside, perhaps from another version of the engine:
 * it is checked, and one that cannot be understood is skipped.
 */
import * as v from 'valibot';
import { type PartitionMode, partitionModes } from '../memory/positions.ts';

/** Raised when beats change so that earlier engines would misunderstand them. */
const beatVersion = 1;

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const text = v.pipe(v.string(), v.minLength(1), v.maxLength(1_000));

const shareSchema = v.object({
  /** Whether it claims the partition: it owns it, or is about to. */
  owned: v.boolean(),
  mode: v.picklist(partitionModes),
  /** When `owned` last became what it is, by its wall clock; 0 where it never changed. */
  since: count,
  /** The last entry that it knows to be durable. */
  seq: count,
  /** How far its projector and its replica have come; null while that is not known. */
  sqlSeq: v.nullable(count),
  replicaSeq: v.nullable(count),
  /** Whether it has all that the owner was last heard to have, and could take the partition at once. */
  fresh: v.boolean(),
  /**
   * The engine that this one has handed it to a moment ago, or is handing it to, and the last entry when that was
   * decided; null where there is none.
   */
  heir: v.optional(v.nullable(v.object({ id: text, seq: count })), null),
});

const commonSchema = v.object({ tokenSecret: text, sql: text, store: text });

const beatSchema = v.object({
  v: v.literal(beatVersion),
  /** Of this run of the engine: what its entries name as their writer. */
  id: text,
  /** Regular beats so far: what silence is counted by. A beat said between two has the number of the first. */
  n: count,
  /** Beats so far, of any kind: a beat with a lower number than another is older. */
  serial: count,
  /** Where it takes HTTP. */
  address: text,
  version: text,
  /** By its wall clock. */
  startedAt: count,
  actorThreads: v.pipe(count, v.minValue(1)),
  /** Of the records that engines send each other. */
  layout: count,
  leaving: v.boolean(),
  /** Whether it knows what it is that orders leave the memory; since 0.6.0 all do. */
  archives: v.optional(v.boolean(), false),
  common: commonSchema,
  partitions: v.array(shareSchema),
});

export type Beat = Readonly<v.InferOutput<typeof beatSchema>>;

/** How an engine stands with one partition. */
export type Share = Readonly<v.InferOutput<typeof shareSchema>>;

export type Heir = NonNullable<Share['heir']>;

/**
 * Fingerprints of what all engines of a cluster must have in common. `own` stands for an SQL or a store that
 * is the engine's alone.
 */
export type Common = Readonly<v.InferOutput<typeof commonSchema>>;

/** What an engine says of itself for as long as it runs. */
export type Self = Readonly<
  Pick<Beat, 'id' | 'address' | 'version' | 'startedAt' | 'actorThreads' | 'layout' | 'common'>
>;

/** Whether a partition is in use by its owner: its barrier is written. */
export const isServing = (mode: PartitionMode) => mode === 'ready' || mode === 'handing over';

/** The text of a beat. */
export function encodeBeat(beat: Omit<Beat, 'v'>): string {
  return JSON.stringify({ v: beatVersion, ...beat });
}

/** Reads a beat; a text says what is wrong with one that cannot be read. */
export function decodeBeat(encoded: string, partitions: number): Beat | string {
  let json: unknown;
  try {
    json = JSON.parse(encoded);
  } catch {
    return 'it is no JSON';
  }
  const { success, issues, output } = v.safeParse(beatSchema, json);
  if (!success) return `${v.getDotPath(issues[0]) ?? 'it'}: ${issues[0].message}`;
  const others = output.partitions.length;
  return others === partitions ? output : `it has ${others} partitions, not ${partitions}`;
}
