// Where the visitor stands with the sale: in its draw, in its queue, or let in. The page asks again when
// it was told to, and no sooner; all tabs of a browser hear what one of them was told, so that one asks.
import { call, insist, isPassing, jitterMs } from './api.js';
import { canChime, chime, isAllowed } from './chime.js';
import { durationText, serverNow } from './clock.js';
import { askToLogIn, fill, find, page, say, timeText } from './site.js';
import { wakeIn } from './wake.js';

const { offer, userId, room: own } = page;
const room = find('#room');
const message = find('#message');
const path = `/api/items/${offer.itemId}`;
const promoId = offer.promo?.id ?? 0;
/** Of what the tabs of one browser share in which the same user looks at the same sale. */
const channelName = `queue:${userId}:${promoId}`;
/** What is asked at the same moment in many browsers is spread over this time. */
const spreadMs = 1_000;
/** The pause after no answer, which doubles up to the longest that a page is ever told. */
const pauseMsMin = 2_000;
const pauseMsMax = 30_000;
/** Screen readers are told of a new place no more often than this. */
const saidMs = 30_000;
/** How long a button waits for its second press. */
const sureMs = 4_000;
const notLoggedIn = 20003;
const saleEnded = 30005;

const shopTitle = document.title;
const soundBox = find('#sound');
const leaveButton = find('#leave');
const changed = new Set();

/** What was last told: null for who stands nowhere. */
let standing = null;
let forgetWake = () => undefined;
let pauseMs = pauseMsMin;
let isOffline = false;
let isAsking = false;
let saidAt = Number.NEGATIVE_INFINITY;

/** `none`, `drawing`, `waiting` or `admitted`. */
export const stands = () => standing?.state ?? 'none';

/** Calls `then` whenever that may have changed. */
export const onStanding = (then) => changed.add(then);

/** Takes what an answer has told, and tells it to other tabs. */
export function enter(told, retryAfterMs) {
  // At the normal price there is neither queue nor room.
  if (room === null) return;
  const { token: _, ...news } = told;
  channel?.postMessage({ news, retryAfterMs });
  take(news, retryAfterMs);
}

/** The admission has bought, or was too late to. */
export function spent() {
  enter({ state: 'none', why: 'spent' }, 0);
}

/** Asks where the visitor stands, within a second or two. */
export function askSoon() {
  schedule(jitterMs(spreadMs));
}

function take(news, retryAfterMs) {
  const before = standing;
  standing = news.state === 'none' ? null : news;
  isOffline = false;
  pauseMs = pauseMsMin;
  if (standing === null) close(before, news.why);
  else {
    if (news.heldUnpaid !== undefined) offer.held = news.heldUnpaid;
    // What the last answer said of the time before is no longer true.
    if (before?.state !== news.state) say(message, '');
    const ms = news.state === 'admitted' ? Date.parse(news.expiresAt) - serverNow() : retryAfterMs;
    schedule(Math.max(ms, 0) + jitterMs(spreadMs));
    announce(before);
  }
  document.title = titleOf();
  for (const then of changed) then();
}

function schedule(ms) {
  forgetWake();
  forgetWake = wakeIn(ms, ask);
}

/** One tab at a time; the others hear what it is told. Without locks, which need https, each may ask. */
function ask() {
  const { locks } = navigator;
  if (locks === undefined) return look();
  return locks.request(channelName, { ifAvailable: true }, (lock) =>
    lock === null ? schedule(pauseMsMin + jitterMs(spreadMs)) : look(),
  );
}

async function look() {
  if (isAsking) return;
  isAsking = true;
  const answer = await call('POST', `${path}/tokens`, { promoId, join: false });
  isAsking = false;
  const { errCode, data, retryAfterMs } = answer;
  if (errCode === null) return enter(data, retryAfterMs);
  if (errCode === notLoggedIn) return askToLogIn();
  if (isPassing(answer)) {
    isOffline = answer.isOffline === true;
    schedule(Math.max(retryAfterMs, pauseMs) + jitterMs(spreadMs));
    pauseMs = Math.min(pauseMs * 2, pauseMsMax);
    return tickRoom();
  }
  enter({ state: 'none', why: 'refused' }, 0);
  say(message, errCode === saleEnded ? own.saleOver : answer.errMsg, true);
}

/** Says why the visitor stands nowhere any more, where the page does not show it anyway. */
function close(before, why) {
  forgetWake();
  room.hidden = true;
  if (before === null || why === 'spent' || why === 'refused') return;
  if (why === 'left') return say(message, own.left);
  if (before.state === 'admitted') return say(message, own.lapsed, true);
  const isOver = offer.left === 0 && offer.held === 0;
  say(message, isOver ? own.queueEnded : own.elsewhere, true);
}

/** Tells screen readers, and those who are in another tab. */
function announce(before) {
  const { state, place, ahead } = standing;
  const isNew = before?.state !== state;
  if (state === 'admitted') {
    if (!isNew) return;
    find('[data-room=said]', room).textContent = own.saidIn;
    if (before !== null && soundBox.checked) chime();
    return;
  }
  const isMoved = place !== before?.place && performance.now() - saidAt > saidMs;
  if (!isNew && !isMoved) return;
  saidAt = performance.now();
  const text = state === 'drawing' ? own.drawTitle : fill(own.saidPlace, { place, ahead });
  find('[data-room=said]', room).textContent = text;
}

function titleOf() {
  const { state, place } = standing ?? {};
  const titles = { drawing: own.titleDraw, waiting: own.titlePlace, admitted: own.titleIn };
  return state === undefined ? shopTitle : `${fill(titles[state], { place })} · ${shopTitle}`;
}

/** Shows the room as it is now; the time runs. */
export function tickRoom() {
  if (standing === null) return;
  const { state } = standing;
  const isPaused = offer.promo.paused;
  room.hidden = false;
  room.dataset.state = state;
  const titles = { drawing: own.drawTitle, waiting: own.queueTitle, admitted: own.inTitle };
  show('title', titles[state]);
  showFigures(standing);
  show('hint', hintOf(state, isPaused));
  const within = find('[data-room=within]', room);
  within.hidden = state !== 'admitted' || isPaused;
  if (!within.hidden) {
    const leftMs = Math.max(0, Date.parse(standing.expiresAt) - serverNow());
    within.textContent = fill(own.buyWithin, { time: durationText(leftMs) });
  }
  find('.sound', room).hidden = !canChime || state === 'admitted';
  if (leaveButton.dataset.sure === 'true') return;
  const leaves = { drawing: own.leaveDraw, waiting: own.leaveQueue, admitted: own.leaveIn };
  leaveButton.textContent = leaves[state];
}

/** What does not change is left alone: whoever selects it, or has it read out, is not disturbed. */
function show(name, text) {
  const element = find(`[data-room=${name}]`, room);
  if (element.textContent !== text) element.textContent = text;
}

function showFigures({ state, place, ahead, entrants, etaSeconds }) {
  const inQueue = state === 'waiting';
  const figures = {
    place: inQueue ? place : null,
    ahead: inQueue ? ahead : null,
    entrants: state === 'drawing' ? entrants : null,
    eta: inQueue ? etaText(etaSeconds) : null,
    held: inQueue ? offer.held : null,
  };
  for (const [name, value] of Object.entries(figures)) {
    const element = find(`[data-figure=${name}]`, room);
    element.hidden = value === null;
    find('dd', element).textContent = typeof value === 'number' ? count(value) : value;
  }
}

const count = (people) => new Intl.NumberFormat(document.documentElement.lang).format(people);

function etaText(seconds) {
  if (seconds === null) return own.unknown;
  if (seconds < 60) return own.seconds;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 90) return fill(own.minutes, { n: minutes });
  return fill(own.hours, { n: Math.ceil(minutes / 60) });
}

function hintOf(state, isPaused) {
  if (isOffline) return own.offline;
  if (isPaused) return state === 'admitted' ? own.pausedIn : own.pausedPlace;
  if (state === 'admitted') return '';
  if (state === 'drawing') return fill(own.drawHint, { time: timeText(offer.promo.startAt) });
  return offer.left === 0 ? own.waitlistHint : own.queueHint;
}

async function leave() {
  if (leaveButton.dataset.sure !== 'true') {
    leaveButton.dataset.sure = 'true';
    leaveButton.textContent = own.leaveSure;
    setTimeout(() => {
      leaveButton.dataset.sure = 'false';
      tickRoom();
    }, sureMs);
    return;
  }
  leaveButton.disabled = true;
  const answer = await insist('DELETE', `${path}/queue`, { promoId });
  leaveButton.disabled = false;
  leaveButton.dataset.sure = 'false';
  if (answer.errCode === notLoggedIn) return askToLogIn();
  if (answer.errCode === null) enter({ state: 'none', why: 'left' }, 0);
  else say(message, answer.errMsg, true);
  find('#buy').focus();
}

const channel =
  room === null || !('BroadcastChannel' in window) ? null : new BroadcastChannel(channelName);

if (room !== null) {
  channel?.addEventListener('message', ({ data }) => take(data.news, data.retryAfterMs));
  leaveButton.addEventListener('click', leave);
  soundBox.checked = localStorage.getItem('sound') !== 'off';
  soundBox.addEventListener('change', () => {
    localStorage.setItem('sound', soundBox.checked ? 'on' : 'off');
    if (soundBox.checked && isAllowed()) chime();
  });
  addEventListener('online', () => {
    if (standing !== null && isOffline) askSoon();
  });
  // A page from the back/forward cache may show a place of long ago.
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) askSoon();
  });
}

/** What the server knew of the visitor when it made the page. */
export function begin() {
  if (room === null) return;
  if (page.standing === 'unknown') askSoon();
  else if (page.standing !== null && page.standing !== 'full')
    take(page.standing, page.standing.retryAfterMs);
}
