/** The section of one item: what became of its units, its rush, and how fair it was. */
import { orderStatus, orderStatusNames } from '../../../actors/protocol.ts';
import type { Turn } from '../audit/chronicle.ts';
import { fairnessOf } from '../audit/fairness.ts';
import type { ItemAudit } from '../audit/item-audit.ts';
import type { Timeline } from '../audit/timeline.ts';
import type { Names } from '../compare/comparison.ts';
import { amount, itemName, number, percent, span, timeOfDay, utc } from '../format.ts';
import type { ItemReport } from '../item-report.ts';
import { ActionsTable } from './actions.tsx';
import { ActivityChart, activities, type Mark, UnitsChart } from './charts.tsx';
import { FairnessFigures } from './fairness.tsx';
import { Facts, Figure, Table } from './parts.tsx';
import { hasQueue, QueueSection } from './queue.tsx';

/** Rows of the table beside a chart of units. */
const rowsMax = 10;
/** A rush that took more than this share of the item's life is visible enough in the whole. */
const rushShareMax = 0.6;

export interface ItemProps {
  book: ItemAudit;
  report: ItemReport;
  names: Names;
  currency: string;
}

export function ItemSection({ book, report, names, currency }: ItemProps) {
  const { item, chronicle } = book;
  if (chronicle === null || chronicle.whole === null) return null;
  const { whole, rush } = chronicle;
  const soldOut = rush?.soldOutAt ?? null;
  const marks: Mark[] = chronicle.turns.map((turn) => ({ at: turn.at, text: turnText(turn) }));
  const name = itemName(item, report.title);
  const soldOutMark =
    soldOut === null ? [] : [{ at: soldOut, text: `sold out ${timeOfDay(soldOut)}` }];
  const apart = rush !== null && lifeOf(rush.timeline) < lifeOf(whole) * rushShareMax;
  return (
    <section id={`item-${item}`} class="item">
      <h3>{report.title === null ? `Item ${item}` : name}</h3>
      <Facts facts={[...factsOf(book), ...moneyOf(report, currency)]} />
      {apart ? (
        <>
          <UnitsFigure
            id={`i${item}-rush`}
            title={`The rush of promo ${rush.promo}`}
            timeline={rush.timeline}
            marks={soldOutMark}
          />
          <ActivityFigure
            id={`i${item}-rush-events`}
            title="What happened in the rush"
            timeline={rush.timeline}
          />
        </>
      ) : null}
      <UnitsFigure
        id={`i${item}-whole`}
        title="The whole sale"
        timeline={whole}
        marks={apart ? marks : [...soldOutMark, ...marks]}
      />
      <ActivityFigure
        id={`i${item}-whole-events`}
        title="What happened over the whole sale"
        timeline={whole}
      />
      {report.promos.filter(hasQueue).map((queue) => (
        <QueueSection item={item} name={promoName(queue.promo, names)} queue={queue} />
      ))}
      {fairnessOf(book).map((fairness) => (
        <FairnessFigures item={item} name={promoName(fairness.promo, names)} fairness={fairness} />
      ))}
      <ActionsTable name={name} actions={book.actions} currency={currency} />
    </section>
  );
}

function promoName(promo: number, { promos }: Names): string {
  const name = promos.get(promo);
  return name === undefined ? `promo ${promo}` : `promo ${promo}, ${name}`;
}

function turnText({ what, units }: Turn): string {
  switch (what) {
    case 'restocked':
      return `+${number(units)} units`;
    case 'unitsWithdrawn':
      return `−${number(units)} units`;
    default:
      return what;
  }
}

function moneyOf(report: ItemReport, currency: string): [name: string, value: string][] {
  const { takingsMinor, refundedMinor, dueMinor } = report;
  return [
    ['Takings', amount(takingsMinor, currency)],
    ['Refunded', amount(refundedMinor, currency)],
    ['Refunds due', amount(dueMinor, currency)],
  ];
}

function lifeOf(timeline: Timeline): number {
  return timeline.endAt - timeline.startAt;
}

function factsOf(book: ItemAudit): [name: string, value: string][] {
  const { loaded, withdrawn, sold, held, left, orders, holders, refused, chronicle } = book;
  const statuses = countStatuses(book);
  const rush = chronicle?.rush ?? null;
  const soldOut =
    rush === null || rush.soldOutAt === null
      ? 'no'
      : `in ${span(rush.soldOutAt - rush.timeline.startAt)}`;
  return [
    ['Units loaded', number(loaded)],
    ...(withdrawn === 0 ? [] : [withdrawnFact(withdrawn)]),
    ['Sold', number(sold)],
    ['Held', number(held)],
    ['Left', number(left)],
    ['Orders', number(orders.count)],
    ['Buyers', number(holders.users())],
    ['Sold out', soldOut],
    ['Most orders in a second', number(chronicle?.peakOrdersPerSecond ?? 0)],
    ['Refused for stock', number(refused)],
    ['Expired, unpaid', number(statuses.expired)],
    ['Cancelled', number(statuses.cancelled)],
    ['Refunded orders', number(statuses.refunded)],
    ['Paid late', number(chronicle?.latePayments ?? 0)],
  ];
}

/** Loaded is what is left of all that was put on sale. */
function withdrawnFact(units: number): [name: string, value: string] {
  return ['Withdrawn before', number(units)];
}

function countStatuses({
  orders,
}: ItemAudit): Record<'expired' | 'cancelled' | 'refunded', number> {
  const counts = new Uint32Array(orderStatusNames.length);
  for (let row = 0; row < orders.count; row++) counts[orders.statusOf(row)]!++;
  return {
    expired: counts[orderStatus.expired]!,
    cancelled: counts[orderStatus.cancelled]!,
    refunded: counts[orderStatus.refunded]!,
  };
}

interface TimelineFigureProps {
  id: string;
  title: string;
  timeline: Timeline;
}

function UnitsFigure({ id, title, timeline, marks }: TimelineFigureProps & { marks: Mark[] }) {
  const { points, widthMs } = timeline;
  const step = Math.max(1, points.length / rowsMax);
  const shown = Array.from(
    { length: Math.min(rowsMax, points.length) },
    (_, row) => points[Math.min(points.length - 1, Math.ceil((row + 1) * step) - 1)]!,
  );
  const rows = shown.map(({ slot, units }) => [
    moment(slot * widthMs + widthMs, timeline),
    ...[units.sold, units.held, units.left].map(number),
  ]);
  const note = (
    <>
      {utc(timeline.startAt)} to {utc(timeline.endAt)} UTC. Units <b class="key sold">sold</b>,{' '}
      <b class="key held">held</b> by orders that are not paid yet, and <b class="key left">left</b>
      .
    </>
  );
  const table = (
    <Table caption={`${title}: units`} head={['by', 'sold', 'held', 'left']} rows={rows} />
  );
  return (
    <Figure
      title={title}
      note={note}
      chart={<UnitsChart id={id} timeline={timeline} marks={marks} />}
      table={table}
    />
  );
}

function ActivityFigure({ id, title, timeline }: TimelineFigureProps) {
  const each = `most in ${span(timeline.widthMs)}`;
  const rows = activities(timeline).map(({ name, total, peak, peakAt }) => [
    name,
    number(total),
    number(peak),
    moment(peakAt, timeline),
  ]);
  if (rows.length === 0) return null;
  return (
    <Figure
      title={title}
      note={`Bars are ${span(timeline.widthMs)} wide, and each row has its own scale: the number beside it is its highest bar.`}
      chart={<ActivityChart id={id} timeline={timeline} />}
      table={
        <Table caption={title} head={['event', 'in all', each, 'at']} rows={rows} left={[0, 3]} />
      }
    />
  );
}

/** A time in a timeline; with its day where the timeline spans several. */
function moment(at: number, timeline: Timeline): string {
  const oneDay = utc(timeline.startAt).slice(0, 10) === utc(timeline.endAt).slice(0, 10);
  return oneDay ? timeOfDay(at) : utc(at);
}

/** Units sold, of those loaded. */
export function soldShare({ sold, loaded }: { sold: number; loaded: number }): string {
  return loaded === 0 ? '-' : percent(sold / loaded);
}
