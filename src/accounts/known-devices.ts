/**
 * Known devices: whoever has logged in once gets a mark that their browser keeps, and is then told apart
 * from strangers who guess at the same account. What guesses cost is the guesser's alone: a stranger can
 * use up what strangers have, and neither an owner's known browser nor another address. (OWASP, "Slow
 * Down Online Guessing Attacks with Device Cookies".) A mark opens nothing.
 */
import { timingSafeEqual } from 'node:crypto';
import { type KeyedHash, keyedHash } from './keyed-hash.ts';

const nonceBytes = 16;
const shape = /^([\w-]{22})\.([0-9a-f]{64})$/;

/** From where somebody asks about an account. */
export interface Asker {
  /** The address, or the network that is limited as one. */
  address: string;
  /** The mark that the browser keeps; null where it has none. */
  device: string | null;
}

/** Whom guesses at one account count against. */
export interface Guesser {
  /** The same for the same guesser, and for no other. */
  id: string;
  /** Whether this account's owner has logged in from there before. */
  isKnown: boolean;
}

/**
 * Who shares turns at passwords with others, for someone who asks about an account: an address is one of
 * many, and so is an account whose owner is known, whatever the number of their browsers.
 */
export function turnOf(telephone: string, { id, isKnown }: Guesser): string {
  return isKnown ? turnOfHolder(telephone) : id;
}

/** The same for someone who has proved to hold the telephone. */
export function turnOfHolder(telephone: string): string {
  return `telephone ${telephone}`;
}

export class KnownDevices {
  readonly #hash: KeyedHash;

  constructor(secret: string) {
    this.#hash = keyedHash(secret, 'known devices');
  }

  /** A mark for a device from which the owner of a telephone has just logged in. */
  mark(telephone: string): string {
    const bytes = crypto.getRandomValues(new Uint8Array(nonceBytes));
    const nonce = Buffer.from(bytes).toString('base64url');
    return `${nonce}.${this.#hash(telephone, nonce)}`;
  }

  guesser(telephone: string, { address, device }: Asker): Guesser {
    const [, nonce, mac] = shape.exec(device ?? '') ?? [];
    if (nonce !== undefined && mac !== undefined) {
      const right = this.#hash(telephone, nonce);
      const isKnown = timingSafeEqual(Buffer.from(mac), Buffer.from(right));
      if (isKnown) return { id: `device ${nonce}`, isKnown };
    }
    return { id: `address ${address}`, isKnown: false };
  }
}
