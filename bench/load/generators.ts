/**
 * Load generators behind one interface: autocannon always, wrk where it is installed. Both post the
 * bodies of a file, or get one page again and again, over connections that stay open, with one
 * request in flight each.
 */
import { autocannon } from './autocannon.ts';
import type { Generator } from './generator.ts';
import { wrk } from './wrk.ts';

/** The generators available; the first is the fastest, and the one that ratios are taken from. */
export function generators(): [Generator, ...Generator[]] {
  return Bun.which('wrk') === null ? [autocannon] : [wrk, autocannon];
}
