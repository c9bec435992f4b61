/** CSV as RFC 4180 has it, that a spreadsheet may open. */

/** What makes a spreadsheet take a text for a formula; some take the wide forms for it as well. */
const formula = /^[=+\-@\t\r\n＝＋－＠]/;

/** One line. Of texts, those that a spreadsheet would calculate get a mark in front, and stay texts. */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return `${cells.map(cell).join()}\r\n`;
}

function cell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = formula.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Tells spreadsheets that a file is UTF-8: without it they read Chinese as something else. */
export const byteOrderMark = '\uFEFF';
