/**
 * Answers to tokens that were sent again. What a token bought is a fact for ever, so whoever asks a third time, as impatient
 * buyers and their programs do, gets from here what the actor said the second time: that saves waking it. Orders
 * that nobody asks for again take no room.
 */
import type { PurchaseToken } from '../../admission/purchase-token.ts';
import type { Wish } from './placing.ts';

/** Some 300 bytes each: a megabyte. The oldest makes room. */
const keptMax = 4_096;

interface Kept extends Omit<PurchaseToken, 'expiresAt' | 'nonce'> {
  amount: number;
  /** The answer's data. */
  text: string;
}

export class Repeats {
  /** By nonce. */
  readonly #kept = new Map<number, Kept>();

  /** Hot path: the answer to a token that was sent again before, for that amount; else null. */
  find({ token, amount }: Wish): string | null {
    if (this.#kept.size === 0) return null;
    const kept = this.#kept.get(token.nonce);
    if (kept === undefined || kept.amount !== amount || kept.userId !== token.userId) return null;
    return kept.itemId === token.itemId && kept.promoId === token.promoId ? kept.text : null;
  }

  /** Keeps what an actor answered a token that had bought before. */
  keep({ token, amount }: Wish, text: string): void {
    const { userId, itemId, promoId, nonce } = token;
    if (this.#kept.size === keptMax) {
      const [oldest] = this.#kept.keys();
      this.#kept.delete(oldest!);
    }
    this.#kept.set(nonce, { userId, itemId, promoId, amount, text });
  }
}
