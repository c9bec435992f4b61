/** How a sale stands, in a word and a sentence, with a countdown where something is to come. */
import type { Sale } from '../../../../shop/sale/read-sale.ts';
import type { View } from '../../layout.tsx';
import { minuteText } from '../../minute-text.ts';
import { fill, scriptTexts } from '../../texts.ts';
import { ownTexts } from '../frame.tsx';
import { saleTexts } from './sale-texts.ts';

interface Standing {
  text: string;
  /** What `{t}` in the text counts down to; null without one. */
  until: number | null;
}

export function Stand({ view, sale }: { view: View; sale: Sale }) {
  const own = saleTexts[view.visitor.language];
  const { item: words } = ownTexts(view);
  const { state, row } = sale;
  const { text, until } = standingOf(sale, view);
  const isSoldOut = (state.status === 'running' || state.status === 'paused') && row.left === 0;
  const { held } = row;
  return (
    <p class="standing">
      <span class="state" data-state={state.status}>
        {words[state.status]}
      </span>
      {until === null ? (
        <span>{text}</span>
      ) : (
        <span data-until={until} data-text={text}>
          {fill(text, { t: durationText(until - view.now, view) })}
        </span>
      )}
      {isSoldOut && (
        <strong>{held > 0 ? fill(own.soldOutHeld, { n: held }) : own.soldOutText}</strong>
      )}
    </p>
  );
}

function standingOf({ promo, state }: Sale, view: View): Standing {
  const own = saleTexts[view.visitor.language];
  const { startAt, queue, queueOpenAt } = promo;
  const { status, endAt } = state;
  switch (status) {
    case 'draft':
      return { text: own.draftText, until: null };
    case 'withdrawn':
      return { text: own.withdrawnText, until: null };
    case 'ended':
      return { text: fill(own.endedAt, { time: minuteText(endAt, view) }), until: null };
    case 'running':
      return { text: own.endsIn, until: endAt };
    case 'paused':
      return view.now < startAt
        ? { text: own.pausedOpensIn, until: startAt }
        : { text: own.pausedEndsIn, until: endAt };
    case 'pending':
      if (queue !== 'draw') return { text: own.opensIn, until: startAt };
      return queueOpenAt !== null && view.now < queueOpenAt
        ? { text: own.queueOpensIn, until: queueOpenAt }
        : { text: own.drawIn, until: startAt };
  }
}

const [secondMs, hourS, dayS] = [1_000, 3_600, 86_400];

/** As `durationText` in `browser/clock.js`: `05:09`, `2:05:09`, `3d 02:05:09`. */
export function durationText(ms: number, { visitor }: View): string {
  const all = Math.max(0, Math.ceil(ms / secondMs));
  const two = (value: number) => String(value).padStart(2, '0');
  const [days, hours] = [Math.floor(all / dayS), Math.floor(all / hourS) % 24];
  const clock = `${two(Math.floor(all / 60) % 60)}:${two(all % 60)}`;
  if (days > 0) return `${days}${scriptTexts[visitor.language].dayMark} ${two(hours)}:${clock}`;
  return hours > 0 ? `${hours}:${clock}` : clock;
}
