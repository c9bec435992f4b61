/** Why a merchant's picture cannot be taken, and what is found of one that can. */
import { picturePixelsMax } from '../../actors/limits.ts';

/** Why a file cannot be taken. */
export const unfitReasons = {
  empty: 'is empty',
  kind: 'is no JPEG, PNG or WebP',
  cut: 'is not whole: its end is missing',
  broken: 'is damaged',
  animated: 'is animated',
  print: 'has the colours of print (CMYK): save it as RGB',
  pixels: `must have ${picturePixelsMax / 1_000_000} million pixels or fewer`,
  profile: 'has a colour profile that is too large: save it as sRGB',
} as const;
export type Unfit = keyof typeof unfitReasons;

/** Pixels as a file says; or why it cannot be taken. */
export type Found = { width: number; height: number } | Unfit;
