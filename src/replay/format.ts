/** Numbers and times as people read them. */
import { minorDigits } from '../currency.ts';

export function number(value: number): string {
  return value.toLocaleString('en-US');
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${number(count)} ${count === 1 ? one : many}`;
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** `2026-11-22 12:00:01.250`, in UTC; without the fraction where the second is whole. */
export function utc(at: number): string {
  return new Date(at)
    .toISOString()
    .replace('T', ' ')
    .replace(/(\.000)?Z$/, '');
}

/** Only the time of day, in UTC. */
export function timeOfDay(at: number): string {
  return utc(at).slice(11);
}

const units: readonly [ms: number, name: string][] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
  [1, 'ms'],
];

/** A time span in its largest unit, with at most two decimals: `1.84 s`, `15 min`. */
export function span(ms: number): string {
  const [unitMs, name] = units.find(([unitMs]) => ms >= unitMs) ?? [1, 'ms'];
  return `${Math.round((ms / unitMs) * 100) / 100} ${name}`;
}

/** `12.5 %`, of 1. */
export function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}

/** Minor units as an amount of their currency: `CNY 1,234.50`. */
export function amount(minor: number, currency: string): string {
  const style = { style: 'currency', currency, currencyDisplay: 'code' } as const;
  const format = new Intl.NumberFormat('en-US', style);
  return format.format(minor / 10 ** minorDigits(currency)).replace('\u00a0', ' ');
}

/** What people call an item: its title, where one is known. */
export function itemName(item: number, title: string | null): string {
  return title === null ? `item ${item}` : `${title} (item ${item})`;
}

/** Columns aligned to the right, each as wide as its widest cell. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((cell, column) =>
    Math.max(cell.length, ...rows.map((row) => row[column]!.length)),
  );
  return [head, ...rows].map((row) =>
    row.map((cell, column) => cell.padStart(widths[column]!)).join('  '),
  );
}
