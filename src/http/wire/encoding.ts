/** In which encodings a client takes an answer. */
import type { Context } from 'hono';
import { accepts } from 'hono/accepts';

export type Encoding = 'br' | 'gzip';

/** The first of these encodings that a request accepts; null where it accepts none of them. */
export function acceptedEncoding(c: Context, offered: readonly Encoding[]): Encoding | null {
  const chosen = accepts(c, {
    header: 'Accept-Encoding',
    supports: [...offered],
    default: 'identity',
    match(listed) {
      const weight = (name: string) => listed.find(({ type }) => type.toLowerCase() === name)?.q;
      // What is not named itself is what `*` says; a weight of 0 forbids (RFC 9110, 12.5.3).
      const isAccepted = (name: string) => (weight(name) ?? weight('*') ?? 0) > 0;
      return offered.find(isAccepted) ?? 'identity';
    },
  });
  return chosen === 'identity' ? null : (chosen as Encoding); // `match` returns one of `offered`.
}
