/**
 * Digits as people type and paste them: from a keyboard that writes them at full width, out of a page
 * with invisible marks between them, in groups.
 */
import { telephoneLibrary } from './telephone-library.ts';

/** White space, and marks that show nothing: joiners, marks of direction, the byte order mark. */
const unseen = /[\p{White_Space}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

/** Every dash, and what looks like one: the minus signs, the long vowel mark, the hyphen bullet. */
const dashes = /[\p{Pd}−⁻ー\uff70⁃]/gu;

/** A text with every digit as ASCII writes it, and without what only groups them. */
export function plainDigits(text: string): string {
  return text
    .replace(unseen, '')
    .replace(dashes, '')
    .replace(/\p{Nd}/gu, asciiDigit);
}

/** One that is known neither to Unicode's compatibility forms nor to the library stays as it is. */
function asciiDigit(digit: string): string {
  if (digit >= '0' && digit <= '9') return digit;
  return telephoneLibrary().parseDigits(digit.normalize('NFKC')) || digit;
}
