/** The third step of a sale: who gets in when many come. */

import type { Child } from 'hono/jsx';
import type { QueueMode } from '../../../../../actors/events.ts';
import {
  admitDefaultMs,
  gateFactorDefault,
  queueOpenBeforeMs,
} from '../../../../../actors/limits.ts';
import type { PromoRow } from '../../../../db/sql.ts';
import type { View } from '../../layout.tsx';
import { minuteText } from '../../minute-text.ts';
import { fill } from '../../texts.ts';
import { DurationField } from '../forms/duration-field.tsx';
import { TimeField } from '../forms/time-field.tsx';
import { Check, Field, type Filled, FormKey, Notice } from '../frame.tsx';
import { type ChosenItem, draftPath, ItemLine, Step } from './parts.tsx';
import { numberText, textsOfDrafts } from './words.ts';

interface WhoProps {
  view: View;
  promo: PromoRow;
  chosen: ChosenItem;
  filled: Filled;
  /** What to know of the draft, as it is kept. */
  warnings: Child;
}

/** What most want comes first. */
const shownModes = ['fifo', 'draw', 'off'] as const satisfies readonly QueueMode[];

export function WhoStep(props: WhoProps) {
  const { view, promo, chosen, filled, warnings } = props;
  const own = textsOfDrafts(view);
  return (
    <Step view={view} draft={promo.id} stage="who">
      <div class="of-item">
        <ItemLine view={view} chosen={chosen}>
          {' · '}
          {promo.name}
        </ItemLine>
      </div>
      {warnings}
      <section class="panel">
        <form method="post" action={`${draftPath(promo.id)}/edit`} data-once>
          <Notice text={filled.message} isError />
          <FormKey filled={filled} />
          <input type="hidden" name="step" value="who" />
          <Queues {...props} />
          <div class="field">
            <Check name="captcha" label={own.who.captcha} filled={filled} initial={promo.captcha} />
            <p class="hint">{own.who.captchaHint}</p>
          </div>
          <Advanced {...props} />
          <div class="onward">
            {/* The first is what the Enter key presses. */}
            <button type="submit" class="primary">
              {own.toPreview}
            </button>
            <button type="submit" class="secondary" name="go" value="back">
              {own.back}
            </button>
          </div>
        </form>
      </section>
    </Step>
  );
}

function Queues({ view, promo, filled }: WhoProps) {
  const own = textsOfDrafts(view).who;
  const chosen = filled.values.queue ?? promo.queue;
  const time = minuteText(promo.startAt - queueOpenBeforeMs, view);
  return (
    <fieldset class="queues">
      <legend>{own.lead}</legend>
      {shownModes.map((mode) => (
        <>
          <label class="queue-choice">
            <input
              type="radio"
              name="queue"
              value={mode}
              checked={mode === chosen}
              aria-describedby={`queue-${mode}`}
            />
            <span>{own.queues[mode].name}</span>
            <span class="hint" id={`queue-${mode}`}>
              {own.queues[mode].text} {fill(own.sees, { what: own.queues[mode].sees })}
            </span>
          </label>
          {mode === 'draw' && (
            <div class="of-draw">
              <TimeField
                view={view}
                form="sale"
                name="queueOpenAt"
                label={own.queueOpenAt}
                hint={fill(own.queueOpenAtHint, { time })}
                at={promo.queueOpenAt ?? undefined}
                filled={filled}
              />
            </div>
          )}
        </>
      ))}
    </fieldset>
  );
}

function Advanced({ view, promo, chosen, filled }: WhoProps) {
  const own = textsOfDrafts(view);
  const { gateFactor, admitS } = promo;
  const isUsual = gateFactor === gateFactorDefault && admitS === admitDefaultMs / 1_000;
  const { left } = chosen.row;
  const now = { left: numberText(left, view), n: numberText(left * gateFactor, view) };
  return (
    <details class="advanced" open={!isUsual || filled.message !== null}>
      <summary>{own.who.advanced}</summary>
      <Field
        form="sale"
        name="gateFactor"
        label={own.who.gateFactor}
        hint={own.who.gateFactorHint}
        note={left === 0 ? undefined : fill(own.who.gateNow, now)}
        filled={filled}
        initial={String(gateFactor)}
        input={{ required: true, inputmode: 'numeric' }}
      />
      <DurationField
        form="sale"
        name="admit"
        label={own.who.admit}
        hint={own.who.admitHint}
        filled={filled}
        seconds={admitS}
        units={own.timeUnits}
        unitLabel={fill(own.unit, { name: own.who.admit })}
      />
    </details>
  );
}
