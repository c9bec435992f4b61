/**
 * Sessions: a random token identifies a user until an hour has passed without a request, and for
 * twelve hours at most. The store keeps only hashes of tokens, so that reading it lets no one in.
 */
import type { KeyValueStore } from '../store/store.ts';

export const sessionTtlMs = 3_600_000;
export const sessionMsMax = 12 * 3_600_000;

/**
 * A session slides only when it was last written this long ago, or that far ahead, by a clock that was set
 * back since. A buyer at a sale sends a request a second, and each is a read; of sixty, one is also a
 * write, and what it costs is that a session may end up to a minute before its hour has passed.
 */
const slideMs = 60_000;

const tokenBytes = 32;
const shape = /^[\w-]{43}$/;

/** Whether a text has the form of a session's token. */
export function mayBeSession(token: string): boolean {
  return shape.test(token);
}

export interface Session {
  token: string;
  /** Milliseconds since 1970 UTC. */
  expiresAt: number;
}

/** What a token is good for. */
export interface LiveSession {
  userId: number;
  /** When the session ends unless it is used again; milliseconds since 1970 UTC. */
  expiresAt: number;
  /** Whether this question has moved that moment. */
  renewed: boolean;
}

interface Entry {
  userId: number;
  openedAt: number;
  writtenAt: number;
  generation: string;
}

export class Sessions {
  constructor(
    private readonly store: KeyValueStore,
    private readonly clock: () => number = Date.now,
  ) {}

  /**
   * Which sessions of a user there are: all that were opened with another generation have been ended.
   * It is read before what entitles to a session is judged, so that a session which was entitled
   * before the others ended ends with them.
   */
  async generation(userId: number): Promise<string> {
    return (await this.store.get(generationKey(userId))) ?? firstGeneration;
  }

  async open(userId: number, generation: string): Promise<Session> {
    const token = Buffer.from(crypto.getRandomValues(new Uint8Array(tokenBytes)));
    const text = token.toString('base64url');
    const now = this.clock();
    const entry = { userId, openedAt: now, writtenAt: now, generation };
    await this.store.set(keyOf(text), entryText(entry), sessionTtlMs);
    return { token: text, expiresAt: now + sessionTtlMs };
  }

  /** Whom a token identifies, or null. Asking keeps the session alive. */
  async find(token: string): Promise<LiveSession | null> {
    if (!shape.test(token)) return null;
    const key = keyOf(token);
    const entry = readEntry(await this.store.get(key));
    if (entry === null) return null;
    const { userId, writtenAt } = entry;
    const now = this.clock();
    // A clock that was set back since would stretch the session.
    const openedAt = Math.min(entry.openedAt, now);
    const endsAt = openedAt + sessionMsMax;
    if (now >= endsAt) return null;
    // No session is older than the mark that ended it: where there is no mark, none has to be.
    const generation = await this.store.get(generationKey(userId));
    if (generation !== null && generation !== entry.generation) return null;
    const expiresAt = (from: number) => Math.min(from + sessionTtlMs, endsAt);
    if (Math.abs(now - writtenAt) < slideMs)
      return { userId, expiresAt: expiresAt(writtenAt), renewed: false };
    // A session closed in the meantime stays closed: only an existing entry is replaced.
    const value = entryText({ ...entry, openedAt, writtenAt: now });
    const renewed = await this.store.replace(key, value, expiresAt(now) - now);
    return renewed ? { userId, expiresAt: expiresAt(now), renewed } : null;
  }

  async close(token: string): Promise<void> {
    if (shape.test(token)) await this.store.delete(keyOf(token));
  }

  /** Ends every session of a user, in one write: they are of a generation that is past. */
  async endAll(userId: number): Promise<void> {
    await this.store.set(generationKey(userId), crypto.randomUUID(), sessionMsMax);
  }
}

const firstGeneration = '-';

function entryText({ userId, openedAt, writtenAt, generation }: Entry): string {
  return `${userId} ${openedAt} ${writtenAt} ${generation}`;
}

/** An entry of release 0.2 has no more than the user and when it was written. */
function readEntry(text: string | null): Entry | null {
  if (text === null) return null;
  const [userId, openedAt, writtenAt = openedAt, generation = firstGeneration] = text.split(' ');
  return {
    userId: Number(userId),
    openedAt: Number(openedAt),
    writtenAt: Number(writtenAt),
    generation,
  };
}

function generationKey(userId: number): string {
  return `session-generation:${userId}`;
}

function keyOf(token: string): string {
  return `session:${new Bun.CryptoHasher('sha256').update(token).digest('hex')}`;
}
