/**
 * The purchase token: signed permission to place one order, and the order's idempotency key.
 *
 * `st1.<userId>.<itemId>.<promoId or 0>.<expiresAt, seconds>.<nonce>.<mac>`; the mac is base64url
 * without padding of the first 16 bytes of HMAC-SHA-256 over everything before the last dot, under
 * TOKEN_SECRET. Any merchant gateway can mint one.
 */
import { timingSafeEqual } from 'node:crypto';
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
  /** Null where the text is not a token that was signed with this secret. Hot path. */
  verify(text: string): PurchaseToken | null;
}

const macBytes = 16;
const shape =
  /^st1\.([1-9]\d{0,15})\.([1-9]\d{0,15})\.(0|[1-9]\d{0,15})\.([1-9]\d{0,15})\.([1-9]\d{0,15})\.([\w-]{22})$/;

/** A token is at most this long: what `shape` allows. */
export const purchaseTokenLengthMax = 3 + 5 * 17 + 23;

/** A nonce: uniform in 1 … 2^53 − 1, from a secure source. */
export function randomNonce(): number {
  const [high, low] = crypto.getRandomValues(new Uint32Array(2)) as unknown as [number, number]; // Two were asked for.
  const nonce = (high & 0x1f_ffff) * 0x1_0000_0000 + low;
  return nonce === 0 ? 1 : nonce;
}

export function purchaseTokens(secret: string): PurchaseTokens {
  const keyed = new Bun.CryptoHasher('sha256', secret);
  const macOf = (signed: string): Buffer =>
    keyed.copy().update(signed).digest().subarray(0, macBytes);
  return {
    sign({ userId, itemId, promoId, expiresAt, nonce }) {
      const signed = `st1.${userId}.${itemId}.${promoId}.${expiresAt}.${nonce}`;
      return `${signed}.${macOf(signed).toString('base64url')}`;
    },
    verify(text) {
      const parts = shape.exec(text);
      if (parts === null) return null;
      const mac = Buffer.from(parts[6]!, 'base64url');
      const signed = text.slice(0, -23);
      if (mac.length !== macBytes || !timingSafeEqual(mac, macOf(signed))) return null;
      const token = {
        userId: Number(parts[1]),
        itemId: Number(parts[2]),
        promoId: Number(parts[3]),
        expiresAt: Number(parts[4]),
        nonce: Number(parts[5]),
      };
      const { userId, itemId, promoId, expiresAt, nonce } = token;
      const exact = [userId, promoId, expiresAt, nonce].every(Number.isSafeInteger);
      return exact && itemId <= itemIdMax ? token : null;
    },
  };
}
