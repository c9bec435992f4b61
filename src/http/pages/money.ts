/** How pages write money, and how forms have it. */
import { minorDigits } from '../../currency.ts';
import { languageTag, type View } from './layout.tsx';

type Reader = Pick<View, 'currency'> & { visitor: Pick<View['visitor'], 'language'> };

/**
 * Minor units as an amount, in the language of who views it: 9_900 of CNY is ¥99, 9_950 is ¥99.50,
 * and of KWD it is KWD 9.950. Scripts write it alike: `money` in `browser/site.js`.
 */
export function money(minor: number, { currency, visitor }: Reader): string {
  const digits = minorDigits(currency);
  const unit = 10 ** digits;
  const shown = minor % unit === 0 ? 0 : digits;
  return formatOf(languageTag(visitor), currency, shown).format(minor / unit);
}

const formats = new Map<string, Intl.NumberFormat>();

/** Made once for each language: a page may have a hundred amounts. */
function formatOf(language: string, currency: string, digits: number): Intl.NumberFormat {
  const key = `${language} ${currency} ${digits}`;
  let format = formats.get(key);
  if (format === undefined) {
    format = new Intl.NumberFormat(language, {
      ...{ style: 'currency', currency, currencyDisplay: 'narrowSymbol' },
      ...{ minimumFractionDigits: digits, maximumFractionDigits: digits },
    });
    formats.set(key, format);
  }
  return format;
}

/** An amount as a form has it, with all digits of its currency: 9_900 of CNY is `99.00`. */
export function amountText(minor: number, currency: string): string {
  const digits = minorDigits(currency);
  return (minor / 10 ** digits).toFixed(digits);
}

/** What was typed as an amount, in minor units: `89.9` of CNY is 8_990. Null where it is none. */
export function minorOf(text: string, currency: string): number | null {
  const digits = minorDigits(currency);
  const [, whole, fraction = ''] = /^\s*(\d{1,13})(?:\.(\d+))?\s*$/.exec(text) ?? [];
  if (whole === undefined || fraction.length > digits) return null;
  return Number(whole + fraction.padEnd(digits, '0'));
}
