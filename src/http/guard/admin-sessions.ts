/**
 * Sessions of the administrator's pages: a random token, in a cookie, stands in for ADMIN_TOKEN or a key
 * until half an hour has passed without a request, and for eight hours at most. The store keeps
 * hashes keyed with ADMIN_TOKEN, so that reading it lets no one in, and a new ADMIN_TOKEN ends every
 * session.
 */
import { type KeyedHash, keyedHash } from '../../accounts/keyed-hash.ts';
import type { KeyValueStore } from '../../store/store.ts';

export const adminSessionTtlMs = 30 * 60_000;
export const adminSessionMsMax = 8 * 3_600_000;

/**
 * A session slides only when it was last written this long ago, so that few requests write; or that far
 * ahead, by a clock that was set back since.
 */
const slideMs = 60_000;

const tokenBytes = 32;
const shape = /^[\w-]{43}$/;

export class AdminSessions {
  readonly #hash: KeyedHash;

  constructor(
    private readonly store: KeyValueStore,
    adminToken: string,
    private readonly clock: () => number = Date.now,
  ) {
    this.#hash = keyedHash(adminToken, 'admin session');
  }

  /** Opens a session for the holder of a key, 0 for ADMIN_TOKEN, and returns its token. @throws StoreUnavailable */
  async open(keyId: number): Promise<string> {
    const token = Buffer.from(crypto.getRandomValues(new Uint8Array(tokenBytes)));
    const text = token.toString('base64url');
    const now = this.clock();
    await this.store.set(this.#keyOf(text), `${now} ${now} ${keyId}`, adminSessionTtlMs);
    return text;
  }

  /** The key that a session was opened with; null where there is none. Asking keeps it alive. @throws StoreUnavailable */
  async keyOf(token: string): Promise<number | null> {
    if (!shape.test(token)) return null;
    const key = this.#keyOf(token);
    const value = await this.store.get(key);
    if (value === null) return null;
    // As written here; a release before 0.7.0 knew no keys.
    const [openedAt, writtenAt, keyId = 0] = value.split(' ').map(Number) as [
      number,
      number,
      number?,
    ];
    const now = this.clock();
    // A clock that was set back since would stretch the session.
    const begunAt = Math.min(openedAt, now);
    const endsInMs = begunAt + adminSessionMsMax - now;
    if (endsInMs <= 0) return null;
    // A session closed in the meantime stays closed: only an existing entry is replaced.
    if (Math.abs(now - writtenAt) >= slideMs) {
      await this.store.replace(
        key,
        `${begunAt} ${now} ${keyId}`,
        Math.min(adminSessionTtlMs, endsInMs),
      );
    }
    return keyId;
  }

  /** @throws StoreUnavailable */
  async close(token: string): Promise<void> {
    if (shape.test(token)) await this.store.delete(this.#keyOf(token));
  }

  #keyOf(token: string): string {
    return `admin-session:${this.#hash(token)}`;
  }
}
