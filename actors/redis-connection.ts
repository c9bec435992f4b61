/**
 * How every connection to Redis behaves. Behind one address there may be another server at any time: a
 * failover demotes the server that a connection leads to, and moves the address. The demoted server
 * keeps the connection and answers, so that nothing but its answers says that it is the wrong one.
 */
import type { RedisOptions } from 'ioredis';

/**
 * A replica that takes no writes, a server that still loads its data, a replica that has lost its
 * master. Before version 7, Redis put a script's error behind words of its own.
 */
const servesElsewhere = /(?:^|-)(?:READONLY|LOADING|MASTERDOWN)\b/;

/** The pause before the next attempt to connect, growing up to the maximum; attempts go on for ever. */
const reconnectMs = 50;
const reconnectMsMax = 1_000;

/** A connection on which commands wait and nothing arrives for this long is dropped. */
const silentMsMax = 2_000;

/**
 * A command that cannot be answered fails, for it may have been carried out: who sent it decides
 * whether to repeat it.
 */
export const connectionOptions = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  socketTimeout: silentMsMax,
  retryStrategy: (attempt: number) => Math.min(attempt * reconnectMs, reconnectMsMax),
  reconnectOnError: ({ message }: Error) => servesElsewhere.test(message),
} as const satisfies RedisOptions;

/**
 * What is wrong with a Redis address; null for `redis://` and `rediss://` (TLS) addresses with an
 * optional user, password and number of a database: `rediss://user:password@host:6379/2`.
 */
export function redisAddressFault(text: string): string | null {
  if (!URL.canParse(text)) return 'must be a URL that starts with redis:// or rediss://';
  const { protocol, hostname, pathname } = new URL(text);
  if (protocol !== 'redis:' && protocol !== 'rediss:')
    return 'must be a URL that starts with redis:// or rediss://';
  if (hostname === '') return 'must name a host';
  // Otherwise the client fails without a word about the address.
  if (/%(?![\da-f]{2})/i.test(text)) return 'must write a % of its user or password as %25';
  if (!/^\/?\d{0,5}$/.test(pathname)) return 'must end with the number of a database, or none';
  return null;
}
