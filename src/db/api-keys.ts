/** Keys by which programs act for the merchant, and administrators who have a name. */

export interface ApiKeyDraft {
  name: string;
  /** SHA-256 in hex of what its owner sends. */
  hash: string;
  scopes: readonly string[];
  createdAt: number;
  createdBy: string;
  /** SHA-256 in hex of the name of the attempt that makes it; null where none has one. */
  attempt: string | null;
}

export interface ApiKeyRow extends Omit<ApiKeyDraft, 'hash' | 'attempt'> {
  id: number;
  /** Within a minute; null while it was not used. */
  lastUsedAt: number | null;
  revokedAt: number | null;
  revokedBy: string | null;
}

export interface ApiKeys {
  /** An attempt that has made its key already gets that one. */
  create(draft: ApiKeyDraft): Promise<ApiKeyRow>;
  /** All of them, newest first; revoked ones too. */
  list(): Promise<ApiKeyRow[]>;
  byId(id: number): Promise<ApiKeyRow | null>;
  byHash(hash: string): Promise<ApiKeyRow | null>;
  /** Revokes a key that is not revoked yet; null where there is no such key. */
  revoke(id: number, at: number, by: string): Promise<ApiKeyRow | null>;
  used(id: number, at: number): Promise<void>;
}

export function scopesText(scopes: readonly string[]): string {
  return scopes.join(' ');
}

/** A row as the tables have it, with its scopes apart. */
export function apiKeyRow<T extends { scopes: string }>(
  row: T,
): Omit<T, 'scopes'> & { scopes: string[] } {
  return { ...row, scopes: row.scopes.split(' ') };
}
