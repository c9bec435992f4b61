/** Amounts of the shop's currency. */

const known = new Map<string, number>();

/** How many digits of an amount are minor units: 2 of CNY, 0 of JPY, 3 of KWD. */
export function minorDigits(currency: string): number {
  let digits = known.get(currency);
  if (digits === undefined) {
    const format = new Intl.NumberFormat('en', { style: 'currency', currency });
    // Always there for a format of the style `currency`.
    digits = format.resolvedOptions().maximumFractionDigits!;
    known.set(currency, digits);
  }
  return digits;
}
