/** Texts with a time in them. */
import type { Child } from 'hono/jsx';
import type { View } from '../layout.tsx';
import { namedMinuteText } from '../minute-text.ts';

export interface TimedProps {
  view: View;
  /** With `{time}` in it, or without. */
  text: string;
  at: number;
}

/** A text with a time in it, which the script shows in the reader's zone. Milliseconds since 1970 UTC. */
export function Timed({ view, text, at }: TimedProps): Child {
  const [before, after] = text.split('{time}');
  if (after === undefined) return text;
  return (
    <>
      {before}
      <time datetime={new Date(at).toISOString()} data-time={at}>
        {namedMinuteText(at, view)}
      </time>
      {after}
    </>
  );
}
