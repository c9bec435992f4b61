// The live board: books and positions from server-sent events, as numbers and as charts.
import { texts } from './admin.js';
import { drawLines, drawShares, keepRecent } from './admin-chart.js';
import { improvePictures } from './admin-pictures.js';
import { follow } from './admin-stream.js';
import { fill, find, page } from './site.js';

/** Rates are averaged over this long: shorter would flicker, longer would lag. */
const rateMs = 2_000;

const number = new Intl.NumberFormat(document.documentElement.lang);
const rate = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });
/** By item: what its charts show, oldest first. */
const histories = new Map();

/** Numbers that are shown as they come. */
const counts = [
  ...['loaded', 'left', 'held', 'sold', 'orders', 'admitted'],
  ...['outstanding', 'room', 'waiting', 'refundsDue'],
];

const sum = (counts) => Object.values(counts).reduce((all, count) => all + count, 0);

/** Adds a sample to an item's history and returns it, with rates per second. */
function take(at, item) {
  const history = histories.get(item.itemId) ?? [];
  histories.set(item.itemId, history);
  const refused = sum(item.refused);
  const before = history.findLast((sample) => at - sample.at >= rateMs) ?? history[0];
  const seconds = before === undefined ? 0 : (at - before.at) / 1_000;
  const perSecond = (now, then) => (seconds === 0 ? 0 : Math.max(0, now - then) / seconds);
  const values = {
    left: item.left,
    ordersPerSecond: perSecond(item.orders, before?.orders),
    refusedPerSecond: perSecond(refused, before?.refused),
    sqlBehind: item.sqlBehind.entries,
  };
  // Without Redis there is no replica, and nothing that could be behind.
  if (item.replicaBehind !== null) values.replicaBehind = item.replicaBehind.entries;
  history.push({ at, orders: item.orders, refused, values });
  keepRecent(history);
  return { refused, values };
}

function behindText(lag) {
  if (lag === null) return texts.noReplica;
  const { entries, ms } = lag;
  if (entries === 0) return texts.upToDate;
  const told = fill(texts.entries, { n: number.format(entries) });
  return ms > 0 ? `${told}, ${fill(texts.seconds, { n: rate.format(ms / 1_000) })}` : told;
}

/** Says how the promo stands that the board shows; one that was on before it is over. */
function showState({ itemId, promo, status }) {
  for (const shown of document.querySelectorAll(`[data-states="${itemId}"] [data-promo]`)) {
    const isIt = shown.dataset.promo === String(promo);
    const wasOn = shown.dataset.state === 'running' || shown.dataset.state === 'paused';
    const now = isIt ? status : wasOn ? 'ended' : shown.dataset.state;
    if (now === shown.dataset.state) continue;
    shown.dataset.state = now;
    shown.textContent = texts[`state.${now}`];
  }
}

function show(at, item) {
  showState(item);
  const { refused, values } = take(at, item);
  const place = find(`[data-item="${item.itemId}"]`);
  if (place === null) return;
  const told = {
    ...Object.fromEntries(counts.map((name) => [name, number.format(item[name])])),
    ordersPerSecond: rate.format(values.ordersPerSecond),
    refusedPerSecond: rate.format(values.refusedPerSecond),
    refused: number.format(refused),
    mode: item.mode,
    journal: number.format(item.journalSeq),
    sql: number.format(item.sqlSeq),
    replica: item.replicaBehind === null ? texts.noReplica : number.format(item.replicaSeq),
    sqlBehind: behindText(item.sqlBehind),
    replicaBehind: behindText(item.replicaBehind),
  };
  for (const cell of place.querySelectorAll('[data-value]')) {
    const text = told[cell.dataset.value];
    if (cell.textContent !== text) cell.textContent = text;
  }
  const shares = find('[data-shares]', place);
  if (shares !== null) drawShares(shares, item);
  const history = histories.get(item.itemId);
  for (const chart of place.querySelectorAll('[data-chart]')) {
    drawLines(chart, history, chart.dataset.chart.split(' '));
  }
  const refusals = find('[data-refusals]', place);
  if (refusals !== null) showRefusals(refusals, item.refused);
}

function showRefusals(body, counts) {
  const shown = JSON.stringify(counts);
  if (body.dataset.shown === shown) return;
  body.dataset.shown = shown;
  const rows = Object.entries(counts).sort(([, a], [, b]) => b - a);
  body.replaceChildren(
    ...rows.map(([code, count]) => {
      const row = document.createElement('tr');
      const cells = [code, page.codes[code] ?? '', number.format(count)];
      row.replaceChildren(
        ...cells.map((text, index) => {
          const cell = document.createElement(index === 0 ? 'th' : 'td');
          if (index === 0) cell.scope = 'row';
          cell.textContent = text;
          return cell;
        }),
      );
      return row;
    }),
  );
}

improvePictures();
follow((at, items) => {
  for (const item of items) show(at, item);
});
