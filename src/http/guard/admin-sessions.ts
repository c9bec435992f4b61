/**
 * Sessions of the administrator's pages: a random token, in a cookie, stands in for ADMIN_TOKEN
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

  /** Opens a session and returns its token. @throws StoreUnavailable */
  async open(): Promise<string> {
    const token = Buffer.from(crypto.getRandomValues(new Uint8Array(tokenBytes)));
    const text = token.toString('base64url');
    const now = this.clock();
    await this.store.set(this.#keyOf(text), `${now} ${now}`, adminSessionTtlMs);
    return text;
  }

  /** Whether a token belongs to a session. Asking keeps the session alive. @throws StoreUnavailable */
  async check(token: string): Promise<boolean> {
    if (!shape.test(token)) return false;
    const key = this.#keyOf(token);
    const value = await this.store.get(key);
    if (value === null) return false;
    const [openedAt, writtenAt] = value.split(' ').map(Number) as [number, number]; // As written here.
    const now = this.clock();
    // A clock that was set back since would stretch the session.
    const begunAt = Math.min(openedAt, now);
    const endsInMs = begunAt + adminSessionMsMax - now;
    if (endsInMs <= 0) return false;
    // A session closed in the meantime stays closed: only an existing entry is replaced.
    if (Math.abs(now - writtenAt) >= slideMs) {
      await this.store.replace(key, `${begunAt} ${now}`, Math.min(adminSessionTtlMs, endsInMs));
    }
    return true;
  }

  /** @throws StoreUnavailable */
  async close(token: string): Promise<void> {
    if (shape.test(token)) await this.store.delete(this.#keyOf(token));
  }

  #keyOf(token: string): string {
    return `admin-session:${this.#hash(token)}`;
  }
}
