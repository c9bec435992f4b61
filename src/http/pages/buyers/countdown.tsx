/** The countdown on an item's page. Its script fills it in. */
import type { CatalogPromo } from '../../../catalog/item.ts';
import { textsOf, type View } from '../layout.tsx';
import { namedMinuteText } from '../minute-text.ts';
import { scriptTexts } from '../texts.ts';
import type { Offer } from './offer.tsx';

interface CountdownProps {
  view: View;
  promo: CatalogPromo;
  /** As it is at the view's time, where no script fills it in: of this offer. */
  still: Offer | null;
}

export function Countdown({ view, promo, still }: CountdownProps) {
  const own = textsOf(view);
  const { startAt, queue } = promo;
  const units = ['days', 'hours', 'minutes', 'seconds'] as const;
  const shown = still === null ? null : stillOf(still, promo, view);
  return (
    <section class="countdown" id="countdown" data-state={still?.status}>
      <p class="label" data-label>
        {shown?.label}
      </p>
      <div role="timer" class="digits">
        {units.map((unit) => (
          <div class={unit} hidden={unit === 'days' && shown?.days === '0'}>
            <span data-unit={unit}>{shown?.[unit] ?? '–'}</span>
            <small>{own[unit]}</small>
          </div>
        ))}
      </div>
      <p class="hint" data-opens>
        {queue === 'draw' ? own.drawAt : own.opensAt}{' '}
        <time datetime={new Date(startAt).toISOString()}>{namedMinuteText(startAt, view)}</time>
      </p>
    </section>
  );
}

/** What the script would show: see `browser/item.js`. */
function stillOf({ row, status }: Offer, promo: CatalogPromo, { visitor, now }: View) {
  const texts = scriptTexts[visitor.language];
  const isDraw = promo.queue === 'draw';
  const isEarly = isDraw && now < row.queueOpenAt;
  const toStart = isEarly ? row.queueOpenAt : promo.startAt;
  const pending = isEarly ? texts.drawOpensIn : isDraw ? texts.drawIn : texts.opensIn;
  const label = status === 'pending' ? pending : status === 'running' ? texts.endsIn : texts.ended;
  const until = status === 'pending' ? toStart : promo.endAt;
  const all = Math.max(0, Math.ceil((until - now) / 1_000));
  const two = (n: number) => String(n).padStart(2, '0');
  return {
    label,
    days: String(Math.floor(all / 86_400)),
    hours: two(Math.floor(all / 3_600) % 24),
    minutes: two(Math.floor(all / 60) % 60),
    seconds: two(all % 60),
  };
}
