/** What is told of the engines of a cluster, as the API reference shows it. */
import * as v from 'valibot';
import { partitionModes } from '../../../actors/memory/positions.ts';
import { id, time, units } from './answer-schemas.ts';

export const engine = v.object({
  id: v.pipe(v.string(), v.description('Of its run: another after each start.')),
  address: v.pipe(v.string(), v.description('Where it serves HTTP, as it says itself.')),
  version: v.string(),
  startedAt: time(),
  actorThreads: v.pipe(id(), v.description('Its weight when partitions are shared out.')),
  state: v.picklist(['alive', 'leaving', 'gone']),
  self: v.pipe(v.boolean(), v.description('Whether it is the engine that answers.')),
  heardMsAgo: v.pipe(units(), v.description('How long ago it was last heard.')),
  owned: v.pipe(units(), v.description('How many partitions it owns.')),
});

const copy = v.object({
  mode: v.picklist(partitionModes),
  seq: v.pipe(units(), v.description('Its last entry.')),
  entriesBehind: v.pipe(units(), v.description('Entries that the owner had, and it has not.')),
  behindMs: v.pipe(
    v.nullable(units()),
    v.description('How long ago it had all that its owner had; null where it never had.'),
  ),
  answers: v.pipe(
    v.boolean(),
    v.description('Whether it answers, for the owner, what needs no decision, as "sold out".'),
  ),
});

export const enginePartition = v.object({
  partition: units(),
  owner: v.pipe(v.nullable(v.string()), v.description('The id of an engine; null without one.')),
  mode: v.pipe(v.picklist(partitionModes), v.description('What its owner is doing with it.')),
  since: v.pipe(v.nullable(time()), v.description('When its owner took it.')),
  journalSeq: units(),
  sqlSeq: units(),
  replicaSeq: units(),
  webhookSeq: v.pipe(
    v.nullable(units()),
    v.description(
      'The entry up to which webhooks are delivered, or noted to be tried again; null where the engine that answers does not send them.',
    ),
  ),
  copy: v.pipe(
    v.nullable(copy),
    v.description('The copy of the engine that answers; null where it is the owner.'),
  ),
});

export const engines = v.object({
  engines: v.array(engine),
  partitions: v.array(enginePartition),
  warnings: v.pipe(
    v.array(v.string()),
    v.description('What engines should have in common, and have not.'),
  ),
});
