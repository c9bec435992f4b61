/** What a key may be good for. */

/** In the order in which they are shown. */
export const scopes = ['mint', 'orders:read', 'orders:write', 'items:write', 'metrics'] as const;
export type Scope = (typeof scopes)[number];

/** Good for everything, keys too: a person, not a program. */
export const adminScope = 'admin';

/** What keys are made with. */
export const grantedScopes = [...scopes, adminScope] as const;
export type GrantedScope = (typeof grantedScopes)[number];
