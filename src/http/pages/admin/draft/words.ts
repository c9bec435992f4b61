/** Numbers, lengths of time and prices of a sale, in words. */
import { languageTag, type View } from '../../layout.tsx';
import { money } from '../../money.ts';
import { fill } from '../../texts.ts';
import { type DraftTexts, draftTexts } from './draft-texts.ts';

export function textsOfDrafts({ visitor }: View): DraftTexts {
  return draftTexts[visitor.language];
}

export function numberText(n: number, { visitor }: View): string {
  return new Intl.NumberFormat(languageTag(visitor)).format(n);
}

/** Milliseconds in words, to the second: `1 hour, 30 minutes`. */
export function lengthText(ms: number, { visitor }: View): string {
  const all = Math.max(1, Math.round(ms / 1_000));
  const parts = {
    days: Math.floor(all / 86_400),
    hours: Math.floor(all / 3_600) % 24,
    minutes: Math.floor(all / 60) % 60,
    seconds: all % 60,
  };
  return new Intl.DurationFormat(languageTag(visitor), { style: 'long' }).format(parts);
}

/** How far a price is below another in percent, negative where it is above it; never 0 where they differ. */
export function percentBelow(price: number, normal: number): number {
  if (price === normal) return 0;
  if (normal === 0) return -100;
  const percent = Math.round((1 - price / normal) * 100);
  if (price > normal) return Math.min(percent, -1);
  // Only what is free is 100% off.
  return price === 0 ? 100 : Math.min(Math.max(percent, 1), 99);
}

/** A price beside the normal one. */
export function priceText(price: number, normal: number, view: View): string {
  const { terms } = textsOfDrafts(view);
  const n = percentBelow(price, normal);
  const text = n === 0 ? terms.priceSame : n > 0 ? terms.priceOff : terms.priceAbove;
  return fill(text, { price: money(price, view), normal: money(normal, view), n: Math.abs(n) });
}
