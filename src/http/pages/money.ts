/** How pages write money. */

/** Minor units as an amount: 9_900 is ¥99, 9_950 is ¥99.50. */
export function money(minor: number): string {
  const fraction = minor % 100 === 0 ? 0 : 2;
  const digits = { minimumFractionDigits: fraction, maximumFractionDigits: fraction };
  return `¥${new Intl.NumberFormat('en', digits).format(minor / 100)}`;
}
