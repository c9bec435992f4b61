/**
 * What a cluster of some machines would serve: computed from what an order costs each of its processes, not
 * measured. Every machine has one engine and the same number of cores, NATS and SQL have machines of their
 * own, a balancer spreads requests evenly, and every core can be used to the last microsecond: so these are
 * bounds, and what is left between them is the cluster's own doing.
 *
 * With M machines of C cores, T orders a second, and costs in microseconds of CPU an order:
 *
 * - one hot item: its owner does T × (http/M + decide + project + received × (M−1)/M), every other machine
 *   T × ((http + sent)/M + follow). One thread decides everything for an item, and one projects.
 * - many items: each machine owns 1/M of them, and does
 *   T × ((http + decide + project + (sent + received) × (M−1)/M)/M + follow × (M−1)/M).
 *
 * Each of them is at most C × 1,000,000 µs a second, less what an engine uses anyhow. What every machine follows grows with all that is sold
 * and is not divided by M, so many machines approach C × 1,000,000 / follow, and never get past it.
 */

/** Microseconds of CPU an order. */
export interface Costs {
  /** The request, at an engine that owns its item. */
  http: number;
  /** What is added where it is sent on to the owner, and at the owner that receives it. */
  sent: number;
  received: number;
  /** At the owner: decided, journaled, told. */
  decide: number;
  /** At every engine that does not own the item. */
  follow: number;
  /** At the owner: written into SQL. */
  project: number;
  /** All NATS servers together, for a forwarded order. */
  nats: number;
  /** Cores that an engine uses when nobody asks for anything: beats, looks and probes. */
  idle: number;
}

/** What limits a rate: a machine's cores, or one thread, which has no more than a core. */
type Limit = 'the owner' | 'the others' | 'every machine' | "the item's actor" | 'its projector';

export interface Bound {
  perSecond: number;
  limit: Limit;
}

const core = 1_000_000;

/** Orders a second for one hot item. */
export function oneItem(costs: Costs, machines: number, cores: number): Bound {
  const { http, sent, received, decide, follow, project, idle } = costs;
  const machine = (cores - idle) * core;
  const elsewhere = (machines - 1) / machines;
  const thread = decide + received * elsewhere;
  const bounds: Bound[] = [
    { limit: 'the owner', perSecond: machine / (http / machines + thread + project) },
    { limit: "the item's actor", perSecond: core / thread },
    { limit: 'its projector', perSecond: core / project },
  ];
  if (machines > 1) {
    const perOrder = (http + sent) / machines + follow;
    bounds.push({ limit: 'the others', perSecond: machine / perOrder });
  }
  return least(bounds);
}

/** What an order costs one machine, where many items are spread over all of them evenly. */
export function shareOfEach(costs: Costs, machines: number) {
  const elsewhere = (machines - 1) / machines;
  return {
    http: costs.http / machines,
    forward: ((costs.sent + costs.received) * elsewhere) / machines,
    decide: costs.decide / machines,
    follow: costs.follow * elsewhere,
    project: costs.project / machines,
  };
}

/** Orders a second for many items; each engine has as many actor threads as they need. */
export function manyItems(costs: Costs, machines: number, cores: number): Bound {
  const { http, forward, decide, follow, project } = shareOfEach(costs, machines);
  return least([
    {
      limit: 'every machine',
      perSecond: ((cores - costs.idle) * core) / (http + forward + decide + follow + project),
    },
    { limit: 'its projector', perSecond: core / project },
  ]);
}

function least(bounds: readonly Bound[]): Bound {
  return bounds.reduce((one, other) => (other.perSecond < one.perSecond ? other : one));
}
