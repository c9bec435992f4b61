/**
 * The purchase token: signed permission to place one order, and the order's idempotency key.
 *
 * `st1.<userId>.<itemId>.<promoId or 0>.<expiresAt, seconds>.<nonce>.<mac>`; the mac is base64url
 * without padding of the first 16 bytes of HMAC-SHA-256 over everything before the last dot, under
 * TOKEN_SECRET. Any merchant gateway can mint one.
 */
import { itemIdMax } from '../../actors/limits.ts';

export interface PurchaseToken {
  userId: number;
  itemId: number;
  /** 0: the item's normal price. */
  promoId: number;
  /** Seconds since 1970 UTC. */
  expiresAt: number;
  /** 1 … 2^53 − 1. */
  nonce: number;
}

export interface PurchaseTokens {
  sign(token: PurchaseToken): string;
  /** Null where the text is not a token signed with this secret. Hot path. */
  verify(text: string): PurchaseToken | null;
}

const macBytes = 16;
/** Characters of a mac: six bits each. */
const macCharacters = 22;
/** An id, a time or a nonce has at most this many digits. */
const digitsMax = 16;
const version = 'st1.';

/** A token is at most this long. */
export const purchaseTokenLengthMax = version.length + 5 * (digitsMax + 1) + macCharacters;

/** A nonce: uniform in 1 … 2^53 − 1, from a secure source. */
export function randomNonce(): number {
  const [high, low] = crypto.getRandomValues(new Uint32Array(2)) as unknown as [number, number]; // Two were asked for.
  const nonce = (high & 0x1f_ffff) * 0x1_0000_0000 + low;
  return nonce === 0 ? 1 : nonce;
}

export function purchaseTokens(secret: string): PurchaseTokens {
  const keyed = new Bun.CryptoHasher('sha256', secret);
  // Bun writes 32 bytes, but wants room for the longest digest it knows.
  const digest = new Uint8Array(64);
  const macOf = (signed: string): Uint8Array => {
    keyed.copy().update(signed).digest(digest);
    return digest;
  };
  return {
    sign({ userId, itemId, promoId, expiresAt, nonce }) {
      const signed = `${version}${userId}.${itemId}.${promoId}.${expiresAt}.${nonce}`;
      return `${signed}.${Buffer.from(macOf(signed).subarray(0, macBytes)).toString('base64url')}`;
    },
    verify(text) {
      const end = text.length - macCharacters - 1;
      if (!text.startsWith(version) || text.length > purchaseTokenLengthMax) return null;
      const numbers = new Numbers(text, version.length, end);
      const userId = numbers.next();
      const itemId = numbers.next();
      const promoId = numbers.next();
      const expiresAt = numbers.next();
      const nonce = numbers.next();
      const formed = userId > 0 && itemId > 0 && promoId >= 0 && expiresAt > 0 && nonce > 0;
      if (!formed || !numbers.ended || itemId > itemIdMax) return null;
      if (!macIs(macOf(text.slice(0, end)), text, end + 1)) return null;
      return { userId, itemId, promoId, expiresAt, nonce };
    },
  };
}

const dot = 0x2e;
const zero = 0x30;

/** Reads numbers that each end with a dot, without a string or a match for each. */
class Numbers {
  constructor(
    private readonly text: string,
    private at: number,
    /** Where the dot after the last number must stand. */
    private readonly end: number,
  ) {}

  /** Whether the last number ended where it must. */
  get ended(): boolean {
    return this.at === this.end + 1;
  }

  /** The next safe integer in its shortest form, or -1 where there is none. */
  next(): number {
    const start = this.at;
    let value = 0;
    for (let at = start; at <= this.end; at++) {
      const character = this.text.charCodeAt(at);
      if (character === dot) {
        const digits = at - start;
        const shortest = digits === 1 || this.text.charCodeAt(start) !== zero;
        this.at = at + 1;
        return digits > 0 && shortest && value <= Number.MAX_SAFE_INTEGER ? value : -1;
      }
      const digit = character - zero;
      if (digit < 0 || digit > 9) return -1;
      value = value * 10 + digit;
    }
    return -1;
  }
}

const alphabet = new TextEncoder().encode(
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_',
);

/** Compares the mac in a text with the expected one, in the same time wherever they differ. */
function macIs(mac: Uint8Array, text: string, start: number): boolean {
  let difference = 0;
  for (let index = 0; index < macCharacters; index++) {
    const bit = index * 6;
    const byte = bit >> 3;
    const next = byte + 1 < macBytes ? mac[byte + 1]! : 0;
    const six = (((mac[byte]! << 8) | next) >> (10 - (bit & 7))) & 63;
    difference |= alphabet[six]! ^ text.charCodeAt(start + index);
  }
  return difference === 0;
}
