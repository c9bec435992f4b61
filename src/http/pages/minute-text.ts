/** A time in UTC to the minute, or to the second where it has one. */
export function minuteText(ms: number): string {
  const text = new Date(ms).toISOString().replace('T', ' ');
  return `${ms % 60_000 === 0 ? text.slice(0, 16) : text.slice(0, 19)} UTC`;
}
