/** The frame of every chart: SVG that is made here, coloured by the page's style sheet. */
import type { Child } from 'hono/jsx';
import { number, timeOfDay, utc } from '../format.ts';
import { type Scale, ticksTo, timeTicks } from './scale.ts';

export const width = 760;
export const left = 64;
export const right = 16;

interface FrameProps {
  id: string;
  height: number;
  title: string;
  description: string;
  children: Child;
}

/** A drawing with a name and a description for readers who cannot see it. */
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
export function TimeAxis({ time, top, bottom }: { time: Scale; top: number; bottom: number }) {
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

export function ValueAxis({ value }: { value: Scale }) {
  return (
    <g class="axis">
      {ticksTo(value.most, 5).map((tick) => (
        <>
          <line x1={left} x2={width - right} y1={value(tick)} y2={value(tick)} class="grid" />
          <text x={left - 8} y={value(tick) + 4} text-anchor="end">
            {axisNumber(tick)}
          </text>
        </>
      ))}
    </g>
  );
}

/** A number beside an axis. Millions are abbreviated, so that they fit. */
export function axisNumber(value: number): string {
  if (value < 1_000_000) return number(value);
  return value.toLocaleString('en-US', { notation: 'compact', maximumFractionDigits: 2 });
}
