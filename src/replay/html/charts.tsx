/** The charts of a report: SVG that is made here, coloured by the page's style sheet. */
import type { Child } from 'hono/jsx';
import { number, span, timeOfDay, utc } from '../format.ts';
import type { Units } from '../history.ts';
import { type Counted, counted, type Timeline } from '../timeline.ts';
import { type Scale, scaleOf, ticksTo, timeTicks } from './scale.ts';

const width = 760;
const left = 64;
const right = 16;

/** Something that happened at one time, to be marked in a chart. */
export interface Mark {
  at: number;
  text: string;
}

interface FrameProps {
  id: string;
  height: number;
  title: string;
  description: string;
  children: Child;
}

/** A drawing with a name and a description for those who do not see it. */
export function Frame({ id, height, title, description, children }: FrameProps) {
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-labelledby={`${id}-title ${id}-text`}
      class="chart"
    >
      <title id={`${id}-title`}>{title}</title>
      <desc id={`${id}-text`}>{description}</desc>
      {children}
    </svg>
  );
}

/** The horizontal axis of a timeline: UTC times. */
function TimeAxis({ time, top, bottom }: { time: Scale; top: number; bottom: number }) {
  const ticks = timeTicks(time.least, time.most, 8);
  const days = time.most - time.least > 3 * 86_400_000;
  return (
    <g class="axis">
      {ticks.map((at) => (
        <>
          <line x1={time(at)} x2={time(at)} y1={top} y2={bottom} class="grid" />
          <text x={time(at)} y={bottom + 18} text-anchor={time(at) > width - 50 ? 'end' : 'middle'}>
            {days ? utc(at).slice(0, 10) : timeOfDay(at)}
          </text>
        </>
      ))}
      <line x1={left} x2={width - right} y1={bottom} y2={bottom} class="base" />
    </g>
  );
}

function ValueAxis({ value }: { value: Scale }) {
  return (
    <g class="axis">
      {ticksTo(value.most, 5).map((tick) => (
        <>
          <line x1={left} x2={width - right} y1={value(tick)} y2={value(tick)} class="grid" />
          <text x={left - 8} y={value(tick) + 4} text-anchor="end">
            {number(tick)}
          </text>
        </>
      ))}
    </g>
  );
}

export function timeScale(timeline: Timeline): Scale {
  return scaleOf(timeline.startAt, timeline.endAt, left, width - right);
}

const layers = ['sold', 'held', 'left'] as const;

/** Where an item's units were, over time: sold, held and left, one on the other. */
export function UnitsChart(props: { id: string; timeline: Timeline; marks: Mark[] }) {
  const { id, timeline, marks } = props;
  const [height, top, bottom] = [300, 28, 268];
  const time = timeScale(timeline);
  const most = Math.max(timeline.before.loaded, ...timeline.points.map((p) => p.units.loaded));
  const value = scaleOf(0, Math.max(most, 1), bottom, top);
  const description = `Stacked areas of units sold, held and left, from ${utc(timeline.startAt)} to ${utc(timeline.endAt)} UTC. The table beside it has the values.`;
  return (
    <Frame id={id} height={height} title="Units over time" description={description}>
      <TimeAxis time={time} top={top} bottom={bottom} />
      <ValueAxis value={value} />
      {layers.map((layer, index) => (
        <path
          class={`area ${layer}`}
          d={areaPath(timeline, time, value, (units) => [
            sumOf(units, layers.slice(0, index)),
            sumOf(units, layers.slice(0, index + 1)),
          ])}
        />
      ))}
      {marks.map(({ at, text }) => (
        <g class="mark">
          <line x1={time(at)} x2={time(at)} y1={top - 8} y2={bottom} />
          <text x={time(at)} y={top - 14} text-anchor={time(at) > width / 2 ? 'end' : 'start'}>
            {text}
          </text>
        </g>
      ))}
    </Frame>
  );
}

function sumOf(units: Units, names: readonly (keyof Units)[]): number {
  return names.reduce((sum, name) => sum + units[name], 0);
}

/** A band that keeps its values until the next point: forth along its upper edge, back along the lower. */
function areaPath(
  timeline: Timeline,
  time: Scale,
  value: Scale,
  edges: (units: Units) => [lower: number, upper: number],
): string {
  const { points, widthMs, before } = timeline;
  const steps = [
    { x: time(timeline.startAt), edges: edges(before) },
    ...points.map(({ slot, units }) => ({
      x: time(Math.max(slot * widthMs, timeline.startAt)),
      edges: edges(units),
    })),
  ];
  const end = time(timeline.endAt);
  const upper = steps.flatMap(({ x, edges: [, y] }, index) => [
    `${x},${value(y)}`,
    `${steps[index + 1]?.x ?? end},${value(y)}`,
  ]);
  const lower = steps.flatMap(({ x, edges: [y] }, index) => [
    `${x},${value(y)}`,
    `${steps[index + 1]?.x ?? end},${value(y)}`,
  ]);
  return `M${upper.join('L')}L${lower.toReversed().join('L')}Z`;
}

const names: Record<Counted, string> = {
  admitted: 'Admissions',
  placed: 'Orders',
  paid: 'Payments',
  cancelled: 'Cancelled',
  expired: 'Expired',
  refused: 'Refused for stock',
  restocked: 'Units restocked',
};

export interface Activity {
  what: Counted;
  name: string;
  total: number;
  peak: number;
  peakAt: number;
}

/** What happened at all in a timeline, with the most in one of its points. */
export function activities({ points, widthMs }: Timeline): Activity[] {
  return counted.flatMap((what) => {
    const total = points.reduce((sum, { counts }) => sum + counts[what], 0);
    if (total === 0) return [];
    const peak = points.reduce((most, each) =>
      each.counts[what] > most.counts[what] ? each : most,
    );
    const peakAt = peak.slot * widthMs;
    return [{ what, name: names[what], total, peak: peak.counts[what], peakAt }];
  });
}

const rowHeight = 46;

/** What happened over time: a row of bars for each kind of event, each to its own scale. */
export function ActivityChart({ id, timeline }: { id: string; timeline: Timeline }) {
  const rows = activities(timeline);
  const time = timeScale(timeline);
  const bottom = 8 + rows.length * rowHeight;
  const barWidth = Math.max(1, time(timeline.startAt + timeline.widthMs) - left - 0.3);
  const description = `A row of bars for each kind of event, each bar ${span(timeline.widthMs)} wide and each row to its own scale. The table beside it has the totals.`;
  return (
    <Frame id={id} height={bottom + 30} title="What happened" description={description}>
      <TimeAxis time={time} top={8} bottom={bottom} />
      {rows.map(({ what, name, peak }, row) => {
        const floor = 8 + (row + 1) * rowHeight;
        const value = scaleOf(0, peak, 0, rowHeight - 20);
        return (
          <g>
            <text x={left + 6} y={floor - rowHeight + 14} class="row-name">
              {name}
            </text>
            <text x={left - 8} y={floor - rowHeight + 24} text-anchor="end" class="row-peak">
              {number(peak)}
            </text>
            <path
              class={`bars ${what}`}
              d={timeline.points
                .filter(({ counts }) => counts[what] > 0)
                .map(({ slot, counts }) => {
                  const at = Math.max(slot * timeline.widthMs, timeline.startAt);
                  const tall = Math.max(1, value(counts[what]));
                  return `M${time(at)},${floor}v-${tall}h${barWidth}v${tall}z`;
                })
                .join('')}
            />
            <line x1={left} x2={width - right} y1={floor} y2={floor} class="base" />
          </g>
        );
      })}
    </Frame>
  );
}

/** Places in the admission against places in the purchase. */
export function OrderOfPurchase(props: {
  id: string;
  admitted: number;
  buyers: number;
  sample: readonly [admission: number, purchase: number][];
}) {
  const { id, admitted, buyers, sample } = props;
  const [height, top, bottom] = [330, 16, 284];
  const across = scaleOf(0, Math.max(admitted, 1), left + 26, width - right);
  const up = scaleOf(0, Math.max(buyers, 1), bottom, top);
  const description = `Each dot is a buyer: across, the place among those admitted; up, the place among those who bought. The closer the dots lie to one rising line, the more the two orders are the same.`;
  return (
    <Frame id={id} height={height} title="Admission against purchase" description={description}>
      <ValueAxis value={up} />
      <g class="axis">
        {ticksTo(admitted, 7).map((tick) => (
          <text x={across(tick)} y={bottom + 18} text-anchor="middle">
            {number(tick)}
          </text>
        ))}
        <line x1={left} x2={width - right} y1={bottom} y2={bottom} class="base" />
        <text x={(left + width) / 2} y={bottom + 38} text-anchor="middle" class="axis-name">
          place in the admission
        </text>
        <text x={left + 32} y={top + 4} class="axis-name">
          place in the purchase
        </text>
      </g>
      {sample.map(([admission, purchase]) =>
        admission === 0 ? (
          <rect x={left + 4} y={up(purchase) - 0.75} width={14} height={1.5} class="direct" />
        ) : (
          <circle cx={across(admission)} cy={up(purchase)} r={2.6} class="dot" />
        ),
      )}
    </Frame>
  );
}

/** How many of each tenth of the admitted bought. */
export function BandsChart(props: {
  id: string;
  bands: readonly { first: number; last: number; bought: number }[];
}) {
  const { id, bands } = props;
  const [height, top, bottom] = [220, 24, 178];
  const share = scaleOf(0, 1, bottom, top);
  const step = (width - right - left) / Math.max(bands.length, 1);
  const description = `A bar for each tenth of the admitted, in the order of admission: the share of them who bought. The table beside it has the numbers.`;
  return (
    <Frame id={id} height={height} title="Who bought, by admission" description={description}>
      <g class="axis">
        {[0, 0.25, 0.5, 0.75, 1].map((tick) => (
          <>
            <line x1={left} x2={width - right} y1={share(tick)} y2={share(tick)} class="grid" />
            <text x={left - 8} y={share(tick) + 4} text-anchor="end">
              {tick * 100} %
            </text>
          </>
        ))}
      </g>
      {bands.map(({ first, last, bought }, index) => {
        const part = bought / (last - first + 1);
        const x = left + index * step + step * 0.14;
        return (
          <g>
            <rect
              class="bar"
              x={x}
              width={step * 0.72}
              y={share(part)}
              height={bottom - share(part)}
            />
            <text x={x + step * 0.36} y={share(part) - 6} text-anchor="middle" class="bar-value">
              {Math.round(part * 100)} %
            </text>
            <text x={x + step * 0.36} y={bottom + 18} text-anchor="middle" class="bar-name">
              to {number(last)}
            </text>
          </g>
        );
      })}
      <line x1={left} x2={width - right} y1={bottom} y2={bottom} class="base" />
    </Frame>
  );
}
