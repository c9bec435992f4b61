/** What metrics tell of a cluster: its engines, and which partitions this one owns or follows. */
import type { Clock } from '../../actors/clock.ts';
import type { Positions } from '../../actors/memory/positions.ts';
import { copyOf, type FollowedCopy } from '../shop/cluster/copies.ts';
import type { KnownEngines } from '../shop/cluster/known-engines.ts';
import type { Add, Labels } from './metric.ts';

interface ClusterParts {
  positions: Positions;
  partitions: number;
  steadyClock: Clock;
  engines: KnownEngines;
}

const label = ['partition'];

/** By partition: what is counted, in words, and its cell. */
const counted = [
  [
    'partition_taken',
    'Times that this engine has taken the partition from another, or from nobody.',
    'taken',
  ],
  [
    'partition_given_up',
    'Times that it has given the partition up: handed over, or fenced.',
    'givenUp',
  ],
  ['commands_from_engines', 'Commands that other engines have sent here.', 'forwarded'],
] as const;

export function addCluster(parts: ClusterParts, gauge: Add, counter: Add): void {
  const { positions, engines } = parts;
  gauge('stampede_engines', 'Engines of the cluster that this one knows of.', ['state'], () => {
    const { members } = engines;
    const counted = (state: string) => members.filter((each) => each.state === state).length;
    const alive = members.length === 0 ? 1 : counted('alive');
    return [
      [{ state: 'alive' }, alive],
      [{ state: 'leaving' }, counted('leaving')],
      [{ state: 'gone' }, counted('gone')],
    ];
  });
  const owned = '1 while this engine owns the partition, or is about to.';
  gauge(
    'stampede_partition_owned',
    owned,
    label,
    each(parts, (p) => (positions.owns(p) ? 1 : 0)),
  );
  for (const [name, help, cell] of counted)
    counter(
      `stampede_${name}_total`,
      help,
      label,
      each(parts, (p) => positions.get(p, cell)),
    );
  addCopies(parts, gauge);
}

/** Only of what is followed: an owner has no copy. */
function addCopies(parts: ClusterParts, gauge: Add): void {
  const ofCopies = (value: (copy: FollowedCopy) => number | null) =>
    function* (): Generator<[Labels, number]> {
      for (let partition = 0; partition < parts.partitions; partition++) {
        const copy = copyOf(parts.positions, partition, parts.steadyClock);
        const told = copy === null ? null : value(copy);
        if (told !== null) yield [{ partition }, told];
      }
    };
  const entries = "Entries that the owner had, by its last word, and this engine's copy has not.";
  gauge(
    'stampede_follower_lag_entries',
    entries,
    label,
    ofCopies((copy) => copy.entriesBehind),
  );
  const seconds = "How long ago this engine's copy had all that its owner had.";
  const lag = ({ behindMs }: FollowedCopy) => (behindMs === null ? null : behindMs / 1000);
  gauge('stampede_follower_lag_seconds', seconds, label, ofCopies(lag));
}

function each({ partitions }: ClusterParts, value: (partition: number) => number) {
  return function* (): Generator<[Labels, number]> {
    for (let partition = 0; partition < partitions; partition++) {
      yield [{ partition }, value(partition)];
    }
  };
}
