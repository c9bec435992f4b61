/** The charts of an item's timelines. */

import type { Units } from '../audit/books-over-time.ts';
import { type Counted, counted, type Timeline } from '../audit/timeline.ts';
import { span, utc } from '../format.ts';
import { axisNumber, Frame, left, right, TimeAxis, ValueAxis, width } from './frame.tsx';
import { type Scale, scaleOf } from './scale.ts';

/** Something that happened at one time, to be marked in a chart. */
export interface Mark {
  at: number;
  text: string;
}

function timeScale(timeline: Timeline): Scale {
  return scaleOf(timeline.startAt, timeline.endAt, left, width - right);
}

const layers = ['sold', 'held', 'left'] as const;

/** Where an item's units were, over time: sold, held and left, stacked. */
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
      {withRoom(marks, time).map(({ at, text }) => (
        <g class="mark">
          <line x1={time(at)} x2={time(at)} y1={top - 8} y2={bottom} />
          {text === '' ? null : (
            <text x={time(at)} y={top - 14} text-anchor={time(at) > width / 2 ? 'end' : 'start'}>
              {text}
            </text>
          )}
        </g>
      ))}
    </Frame>
  );
}

/** What the texts of two marks need between them: as wide as a mark's longest usual text. */
const markWidth = 90;

/** Marks in order of time; one too near to the named one before has no text: the table of actions has it. */
function withRoom(marks: readonly Mark[], time: Scale): Mark[] {
  let named = Number.NEGATIVE_INFINITY;
  return marks
    .toSorted((a, b) => a.at - b.at)
    .map(({ at, text }) => {
      if (time(at) - named < markWidth) return { at, text: '' };
      named = time(at);
      return { at, text };
    });
}

function sumOf(units: Units, names: readonly (keyof Units)[]): number {
  return names.reduce((sum, name) => sum + units[name], 0);
}

/**
 * A band that keeps its values until the next point: forward along its upper edge, back along the
 * lower.
 */
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
  joined: 'Joined the queue',
  admitted: 'Admissions',
  lapsed: 'Admissions lapsed',
  placed: 'Orders',
  paid: 'Payments',
  cancelled: 'Cancelled',
  expired: 'Expired',
  refunded: 'Refunded',
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

/** The totals of a timeline, with the most in one of its points. */
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
            <text x={left - 8} y={floor - rowHeight + 24} text-anchor="end">
              {axisNumber(peak)}
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
