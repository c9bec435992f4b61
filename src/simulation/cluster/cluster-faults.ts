/** How what is between the engines of a run misbehaves: see `Network` and `SimulatedBucket`. */
import type { Random } from '../random.ts';
import { faultlessNetwork, type NetworkFaults } from './network.ts';
import { type BucketFaults, faultlessBucket } from './simulated-bucket.ts';

export interface ClusterFaults {
  network: NetworkFaults;
  bucket: BucketFaults;
}

export function drawClusterFaults(random: Random): ClusterFaults {
  const some = (weight: number) => (random.chance(0.5) ? weight : 0);
  if (random.chance(0.3)) return { network: faultlessNetwork, bucket: faultlessBucket };
  return {
    network: { fine: 1, late: some(0.05), lost: some(0.03), doubled: some(0.05) },
    bucket: {
      ...{ fine: 1, lost: some(0.05), silent: some(0.05), late: some(0.05) },
      ...{ missed: some(0.02), slow: some(0.02) },
    },
  };
}
