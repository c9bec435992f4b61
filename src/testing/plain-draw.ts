/** A draw by the formulas alone, with another library than the engine's: what others are compared with. */
import { createHash } from 'node:crypto';

const hash = (text: string) => createHash('sha256').update(text).digest('hex');

export interface PlainDraw {
  commitment: string;
  secret: string;
  seed: string;
  labels: string[];
  order: string[];
}

/** The label of one who joined. */
export const plainLabel = (promo: number, user: number, nonce: number) =>
  hash(`${promo}:${user}:${nonce}`);

/** @param entrants - pairs of user and nonce, in order of joining */
export function plainDraw(
  promo: number,
  secret: string,
  entrants: readonly (readonly [user: number, nonce: number])[],
): PlainDraw {
  const labels = entrants.map(([user, nonce]) => plainLabel(promo, user, nonce));
  const seed = hash(`${secret}:${hash(labels.join(','))}`);
  const keyed = labels.map((label) => ({ label, key: hash(`${seed}:${label}`) }));
  keyed.sort((one, other) => (one.key < other.key ? -1 : 1));
  return { commitment: hash(secret), secret, seed, labels, order: keyed.map(({ label }) => label) };
}
