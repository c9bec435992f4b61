// The server's clock, and countdowns by it. The device's own clock may be wrong by hours; only its
// steady timer is used.
import { call } from './api.js';
import { page, texts } from './site.js';

const askEveryMs = 60_000;

/** Server time minus steady time; at first from the time in the page, made just before it arrived. */
let offsetMs = page.now - (performance.getEntriesByType('navigation')[0]?.responseStart ?? 0);
/** How far off that may be, at most. */
let doubtMs = Number.POSITIVE_INFINITY;

/** Milliseconds since 1970 UTC by the server's clock. */
export const serverNow = () => performance.now() + offsetMs;

/** Asks the server; the answer is late by half of the round trip. */
async function adjust(afresh) {
  const sentAt = performance.now();
  const { errCode, data } = await call('GET', '/api/time');
  if (errCode !== null) return;
  const wayMs = performance.now() - sentAt;
  const answeredMs = Date.parse(data.now) + wayMs / 2 - performance.now();
  // Further off than both answers allow: the server's clock was set, and the old one means nothing now.
  const set = Math.abs(answeredMs - offsetMs) > doubtMs + wayMs / 2;
  if (!afresh && !set && wayMs / 2 > doubtMs) return;
  doubtMs = wayMs / 2;
  offsetMs = answeredMs;
}

adjust(true);
setInterval(() => {
  // Steady timers drift: what was known well a while ago is known less well now.
  doubtMs += 20;
  if (!document.hidden) adjust(false);
}, askEveryMs);
// A steady timer may have stood still while the device slept.
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) adjust(true);
});
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) adjust(true);
});

/** Calls `tick` now and shortly after each full second of the server's clock. */
export function everySecond(tick) {
  tick();
  setTimeout(() => everySecond(tick), 1_000 - (serverNow() % 1_000) + 5);
}

/** Splits a duration in milliseconds, rounded up to seconds. */
export function unitsOf(ms) {
  const all = Math.max(0, Math.ceil(ms / 1_000));
  return {
    days: Math.floor(all / 86_400),
    hours: Math.floor(all / 3_600) % 24,
    minutes: Math.floor(all / 60) % 60,
    seconds: all % 60,
  };
}

/** `05:09`, `2:05:09`, `3d 02:05:09`. */
export function durationText(ms) {
  const { days, hours, minutes, seconds } = unitsOf(ms);
  const two = (value) => String(value).padStart(2, '0');
  const clock = `${two(minutes)}:${two(seconds)}`;
  if (days > 0) return `${days}${texts.dayMark} ${two(hours)}:${clock}`;
  return hours > 0 ? `${hours}:${clock}` : clock;
}

/** Milliseconds that are left to pay an order; at most its whole pay window, however far off the clock is. */
export function timeToPay({ createdAt, payBy }, payWindowMs) {
  const end = Date.parse(payBy);
  const most = createdAt === undefined ? payWindowMs : end - Date.parse(createdAt);
  return Math.min(end - serverNow(), most);
}

/** How a sale stands by the server's clock. */
export function saleStatus(promo) {
  if (promo === null) return 'none';
  const now = serverNow();
  if (now >= promo.endAt) return 'ended';
  if (promo.paused) return 'paused';
  return now < promo.startAt ? 'pending' : 'running';
}

/** One line about a sale: opens in, ends in, sold out, over. */
export function saleText({ promo, left, held, normalSale }) {
  const status = saleStatus(promo);
  if (status === 'ended') return texts.ended;
  if (status === 'paused') return texts.paused;
  if (status === 'pending') return comingText(promo);
  if (status === 'none' && !normalSale) return texts.notSold;
  if (left === 0) return held > 0 ? texts.soldOutNow : texts.soldOut;
  if (status === 'none') return texts.always;
  return `${texts.endsIn} ${durationText(promo.endAt - serverNow())}`;
}

/** A draw is to be joined before it is held. */
function comingText({ queue, opensAt, startAt }) {
  const now = serverNow();
  const isDraw = queue === 'draw';
  if (isDraw && now < opensAt) return `${texts.drawOpensIn} ${durationText(opensAt - now)}`;
  return `${isDraw ? texts.drawIn : texts.opensIn} ${durationText(startAt - now)}`;
}
