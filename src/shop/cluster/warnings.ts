/** What is wrong with a cluster though every engine of it may be well: what they should have in common. */
import type { ToldMember } from '../../../actors/cluster/told-members.ts';

type Common = keyof ToldMember['common'];

const differing: Record<Common, string> = {
  tokenSecret: 'have different TOKEN_SECRETs: a purchase token of one is refused by the other',
  sql: 'do not share a database: each has accounts and lists of its own',
  store: 'do not share Redis: each has sessions, captchas and rate limits of its own',
};

/** In plain words; empty where nothing is wrong, or an engine is alone. */
export function clusterWarnings(members: readonly ToldMember[]): string[] {
  const living = members.filter(({ state }) => state !== 'gone');
  const [first, ...others] = living;
  if (first === undefined) return [];
  const warnings: string[] = [];
  for (const [name, text] of Object.entries(differing)) {
    // The keys of `differing` are all of them.
    const of = ({ common }: ToldMember) => common[name as Common];
    const other = others.find((each) => of(each) !== of(first) || of(each) === 'own');
    if (other !== undefined) warnings.push(`${pair(first, other)} ${text}`);
  }
  const strange = others.find(({ layout }) => layout !== first.layout);
  if (strange !== undefined)
    warnings.push(`${pair(first, strange)} cannot forward to each other: their versions differ`);
  return [...warnings, ...twiceOwned(living)];
}

function pair(a: ToldMember, b: ToldMember): string {
  return `engines ${a.address} and ${b.address}`;
}

/** It passes by itself, or the journal has refused one of them: neither sells what the other does. */
function twiceOwned(living: readonly ToldMember[]): string[] {
  const partitions = living[0]?.partitions.length ?? 0;
  return Array.from({ length: partitions }, (_, partition) => partition)
    .filter((partition) => living.filter((each) => each.partitions[partition]?.owned).length > 1)
    .map((partition) => `partition ${partition}: more than one engine says that it owns it`);
}
