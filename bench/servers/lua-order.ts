/** An order as one Lua script on Redis, and what is kept there of a sale. */

/** Units left, the answer that each buyer got, the number of the last order, and the orders themselves. */
export function keysOf(item: number): [left: string, buyers: string, last: string, orders: string] {
  return [`left:${item}`, `buyers:${item}`, `last:${item}`, `orders:${item}`];
}

/**
 * Keys: as above. Arguments: user, amount, time, promo. It gives the number of a new order; what the user
 * got before, as text; 0 where too few units are left; or -1 where the item is not on sale.
 */
export const orderScript = `
local before = redis.call('HGET', KEYS[2], ARGV[1])
if before then return before end
local left = redis.call('GET', KEYS[1])
if not left then return -1 end
if tonumber(left) < tonumber(ARGV[2]) then return 0 end
redis.call('DECRBY', KEYS[1], ARGV[2])
local n = redis.call('INCR', KEYS[3])
redis.call('HSET', KEYS[2], ARGV[1], n .. ':' .. ARGV[2] .. ':' .. ARGV[3])
redis.call('XADD', KEYS[4], '*', 'n', n, 'user', ARGV[1], 'promo', ARGV[4], 'amount', ARGV[2], 'at', ARGV[3])
return n`;

/** The books of a sale, all of one moment: keys as above. */
export const booksScript = `
return {
  tonumber(redis.call('GET', KEYS[1])), redis.call('HLEN', KEYS[2]),
  tonumber(redis.call('GET', KEYS[3]) or '0'), redis.call('XLEN', KEYS[4])
}`;
