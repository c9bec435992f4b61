/**
 * Who acts for the merchant: whoever sends ADMIN_TOKEN, an administrator with a name, or a program with a
 * key. SQL keeps hashes, and is asked at each request, so that a key that is revoked is revoked at once,
 * for every engine. ADMIN_TOKEN needs no SQL.
 *
 * While SQL is away nobody can revoke a key there either, and a sale goes on: a key that SQL has vouched for
 * within the last hour is good then.
 */
import { timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../../actors/clock.ts';
import { actorNameBytesMax } from '../../actors/limits.ts';
import { sha256 } from '../../actors/sha256.ts';
import { type KeyedHash, keyedHash } from '../accounts/keyed-hash.ts';
import type { ApiKeyRow, ApiKeys } from '../db/api-keys.ts';
import { SqlUnavailable } from '../db/sql.ts';
import { adminScope, type GrantedScope, type Scope } from './scopes.ts';

/** Whoever acts for the merchant in a request. */
export interface Operator {
  /** What the journal says did it. */
  by: string;
  /** 0 for ADMIN_TOKEN. */
  keyId: number;
  may(scope: Scope | typeof adminScope): boolean;
}

const owner: Operator = { by: 'admin', keyId: 0, may: () => true };

/** How long SQL's word is good while SQL is away. */
const vouchedMs = 3_600_000;
const vouchedKeysMax = 1_000;

/** A last use is written when it is this much later than the one before. */
const usedAgainMs = 60_000;

const keyBytes = 32;
const keyPrefix = 'stampede_';
const keyShape = /^stampede_[\w-]{43}$/;

/** Room for ` #` and a number in what the journal says did it. */
const numberBytes = 12;
export const keyNameBytesMax = actorNameBytesMax - numberBytes;

/** How the journal and the log of actions name a key; two keys may have the same name. */
export function operatorName({ id, name }: Pick<ApiKeyRow, 'id' | 'name'>): string {
  return `${name} #${id}`;
}

interface KeyDraft {
  name: string;
  scopes: readonly GrantedScope[];
}

export class Keyring {
  readonly #ownHash: NodeJS.ArrayBufferView;
  readonly #madeOf: KeyedHash;
  readonly #vouched = new LRUCache<string, ApiKeyRow>({ max: vouchedKeysMax, ttl: vouchedMs });
  readonly #usedAt = new LRUCache<number, number>({ max: vouchedKeysMax });

  constructor(
    private readonly keys: ApiKeys,
    adminToken: string,
    private readonly clock: Clock,
  ) {
    this.#ownHash = Bun.SHA256.hash(adminToken);
    this.#madeOf = keyedHash(adminToken, 'api key');
  }

  /** Compares by hash, so that the time it takes reveals neither length nor content. */
  isOwner(token: string): boolean {
    return timingSafeEqual(Bun.SHA256.hash(token), this.#ownHash);
  }

  /** Whether a text may be a key: nothing else that people log in with looks like one. */
  mayBeKey(token: string): boolean {
    return keyShape.test(token);
  }

  /** Whose token it is; null for nobody's. @throws SqlUnavailable */
  async find(token: string): Promise<Operator | null> {
    if (this.isOwner(token)) return owner;
    if (!keyShape.test(token)) return null;
    const hash = sha256(token);
    return this.#operator(hash, () => this.keys.byHash(hash));
  }

  /** Who has the key with a number, 0 for ADMIN_TOKEN; null where it is revoked. @throws SqlUnavailable */
  async holder(keyId: number): Promise<Operator | null> {
    if (keyId === 0) return owner;
    return this.#operator(String(keyId), () => this.keys.byId(keyId));
  }

  /**
   * Makes a key. Its text follows from the attempt, and so is the same when the attempt is made again.
   * @throws SqlUnavailable
   */
  async make({ name, scopes }: KeyDraft, by: string, attempt: string): Promise<ApiKeyRow> {
    const hash = sha256(this.textOf(attempt));
    const made = { name, scopes, createdAt: this.clock(), createdBy: by };
    return this.keys.create({ ...made, hash, attempt: sha256(attempt) });
  }

  /** What the owner of the key that an attempt makes has to send: nothing stored tells it. */
  textOf(attempt: string): string {
    const bytes = Buffer.from(this.#madeOf(attempt), 'hex').subarray(0, keyBytes);
    return keyPrefix + bytes.toString('base64url');
  }

  async #operator(name: string, ask: () => Promise<ApiKeyRow | null>): Promise<Operator | null> {
    const row = await this.#vouchedRow(name, ask);
    if (row === null || row.revokedAt !== null) return null;
    this.#noteUse(row.id);
    const granted = new Set<string>(row.scopes);
    return {
      by: operatorName(row),
      keyId: row.id,
      may: (scope) => granted.has(adminScope) || granted.has(scope),
    };
  }

  async #vouchedRow(name: string, ask: () => Promise<ApiKeyRow | null>): Promise<ApiKeyRow | null> {
    try {
      const row = await ask();
      if (row === null) this.#vouched.delete(name);
      else this.#vouched.set(name, row);
      return row;
    } catch (error) {
      const known = error instanceof SqlUnavailable ? this.#vouched.get(name) : undefined;
      if (known === undefined) throw error;
      return known;
    }
  }

  /** Not waited for: it is for people to read, and a use that is not written is written a minute later. */
  #noteUse(id: number): void {
    const now = this.clock();
    if (Math.abs(now - (this.#usedAt.get(id) ?? 0)) < usedAgainMs) return;
    this.#usedAt.set(id, now);
    this.keys.used(id, now).catch((error: unknown) => {
      if (!(error instanceof SqlUnavailable)) throw error;
      this.#usedAt.delete(id);
    });
  }
}
