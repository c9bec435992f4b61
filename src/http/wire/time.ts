let lastMs = -1;
let lastText = '';

/** RFC 3339 UTC text of a time in milliseconds. Orders of one batch share a time, so the last is kept. */
export function timeText(ms: number): string {
  if (ms !== lastMs) {
    lastText = new Date(ms).toISOString();
    lastMs = ms;
  }
  return lastText;
}

/** As `timeText`; null for 0, which stands for "never". */
export function timeTextOrNull(ms: number): string | null {
  return ms === 0 ? null : timeText(ms);
}
