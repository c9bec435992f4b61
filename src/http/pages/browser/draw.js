// A draw's page: it keeps the commitment before the draw, and afterwards does the draw again.
import { jitterMs } from './api.js';
import { serverNow } from './clock.js';
import { keepCommitment, keptCommitment } from './commitment.js';
import { checkDraw, isDraw } from './draw-check.js';
import { fill, find, page, say, showTime } from './site.js';

const { draw, own, drawTexts: texts } = page;
const message = find('#message');
const progress = find('#progress');
const button = find('#check');

/** A long list, or a slow connection. */
const patienceMs = 120_000;
/** After the sale's opening the draw takes a moment, and a crowd looks for it. */
const lookAgainMs = 3_000;
const lookAgainMsMax = 30_000;

const pathOf = `/api/promos/${draw.promoId}/draw`;

/** The answer of the shop: `{ data }`, or `{ told }`, what to say instead. */
async function readDraw() {
  let response;
  let answer;
  try {
    response = await fetch(pathOf, { signal: AbortSignal.timeout(patienceMs) });
    answer = await response.json();
  } catch {
    return { told: texts.noAnswer };
  }
  if (response.status === 429) {
    return { told: fill(texts.tooMany, { n: response.headers.get('retry-after') }) };
  }
  if (answer?.status !== 'success') return { told: texts.noAnswer };
  if (answer.data?.secret === null) return { told: texts.notDrawn };
  return isDraw(answer.data) ? { data: answer.data } : { told: texts.unreadable };
}

/** What there is to say beside a step's outcome. */
function besides(step, state, { seen, place }) {
  if (step === 'remembered' && state === 'unknown') return texts.notSeen;
  if (step === 'remembered' && state === 'wrong') return fill(texts.seenOther, { seen });
  if (step !== 'order' || state !== 'wrong') return '';
  return place === null ? texts.wrongList : fill(texts.wrongAt, { place });
}

function tell(step, state, beside = {}) {
  const line = find(`[data-step=${step}]`);
  line.dataset.state = state;
  find('[data-mark]', line).textContent = texts[state];
  find('[data-beside]', line).textContent = besides(step, state, beside);
}

function forgetOutcome() {
  for (const { dataset } of document.querySelectorAll('[data-step]')) tell(dataset.step, 'open');
  progress.value = 0;
}

async function check() {
  forgetOutcome();
  say(message, texts.reading);
  const { data, told } = await readDraw();
  if (data === undefined) return say(message, told, true);
  say(message, texts.checking);
  progress.hidden = false;
  const asked = { draw: data, shown: draw.commitment, kept: keptCommitment(draw.promoId), own };
  const fits = await checkDraw(asked, tell, (share) => {
    progress.value = share;
  });
  progress.hidden = true;
  if (!fits) return say(message, texts.somethingWrong, true);
  const counts = { n: data.order.length, place: own?.place };
  say(message, fill(own === null ? texts.allFits : texts.ownFits, counts));
}

/** Before the draw: what the browser keeps, and a look when the draw is due, later each time. */
function wait() {
  keepCommitment(draw.promoId, draw.commitment);
  const kept = keptCommitment(draw.promoId);
  if (kept === draw.commitment) say(find('#kept'), texts.kept);
  else if (kept !== null) say(find('#kept'), fill(texts.keptOther, { seen: kept }), true);
  if (draw.at !== null) lookWhenDue();
}

function lookWhenDue() {
  const lateMs = serverNow() - draw.at;
  if (lateMs >= 0) {
    const pauseMs = Math.min(Math.max(lookAgainMs, lateMs / 4), lookAgainMsMax);
    setTimeout(() => location.reload(), pauseMs + jitterMs(pauseMs));
  } else setTimeout(lookWhenDue, Math.min(-lateMs + 1, 30_000));
}

for (const time of document.querySelectorAll('#facts time')) {
  showTime(time, Date.parse(time.dateTime));
}
if (draw.isHeld) {
  button.hidden = false;
  button.addEventListener('click', async () => {
    button.disabled = true;
    await check();
    button.disabled = false;
  });
} else wait();
