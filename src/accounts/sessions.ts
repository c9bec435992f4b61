/**
 * Sessions: a random token identifies a user until an hour has passed without a request. The store
 * keeps only hashes of tokens, so that reading it lets no one in.
 */
import type { KeyValueStore } from '../store/store.ts';

export const sessionTtlMs = 3_600_000;

/** A session slides only when it was last written this long ago, so that few requests write. */
const slideMs = 60_000;

const tokenBytes = 32;
const shape = /^[\w-]{43}$/;

export interface Session {
  token: string;
  /** Milliseconds since 1970 UTC. */
  expiresAt: number;
}

export class Sessions {
  constructor(
    private readonly store: KeyValueStore,
    private readonly clock: () => number = Date.now,
  ) {}

  async open(userId: number): Promise<Session> {
    const token = Buffer.from(crypto.getRandomValues(new Uint8Array(tokenBytes)));
    const text = token.toString('base64url');
    const now = this.clock();
    await this.store.set(keyOf(text), entryText(userId, now), sessionTtlMs);
    return { token: text, expiresAt: now + sessionTtlMs };
  }

  /** The user that a token identifies, or null. Asking keeps the session alive. */
  async userOf(token: string): Promise<number | null> {
    if (!shape.test(token)) return null;
    const key = keyOf(token);
    const value = await this.store.get(key);
    if (value === null) return null;
    const [userId, writtenAt] = value.split(' ').map(Number) as [number, number]; // As `entryText` wrote.
    const now = this.clock();
    // A session closed in the meantime stays closed: only an existing entry is replaced.
    if (now - writtenAt >= slideMs) {
      await this.store.replace(key, entryText(userId, now), sessionTtlMs);
    }
    return userId;
  }

  async close(token: string): Promise<void> {
    if (shape.test(token)) await this.store.delete(keyOf(token));
  }
}

function entryText(userId: number, writtenAt: number): string {
  return `${userId} ${writtenAt}`;
}

function keyOf(token: string): string {
  return `session:${new Bun.CryptoHasher('sha256').update(token).digest('hex')}`;
}
