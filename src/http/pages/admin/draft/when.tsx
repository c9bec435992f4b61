/** The second step of a sale: its name, price and times. */
import type { Child } from 'hono/jsx';
import type { PromoRow } from '../../../../db/sql.ts';
import type { View } from '../../layout.tsx';
import { amountText, minorOf, money } from '../../money.ts';
import { fill } from '../../texts.ts';
import { DurationField } from '../forms/duration-field.tsx';
import { TimeField } from '../forms/time-field.tsx';
import { boundsOf, Field, type Filled, FormKey, Notice, ownTexts } from '../frame.tsx';
import { type ChosenItem, type DraftId, draftPath, ItemLine, Step } from './parts.tsx';
import { percentBelow, textsOfDrafts } from './words.ts';

export type WhenTerms = Pick<
  PromoRow,
  'name' | 'startAt' | 'endAt' | 'limitPerUser' | 'payWindowS'
> & {
  /** Null as long as nobody has said one. */
  price: number | null;
};

interface WhenProps {
  view: View;
  draft: DraftId;
  chosen: ChosenItem;
  /** What the fields hold as long as nothing was sent. */
  terms: WhenTerms;
  filled: Filled;
  /** What to know of the draft, as it is kept. */
  warnings: Child;
}

const whole = { required: true, inputmode: 'numeric' };

export function WhenStep({ view, draft, chosen, terms, filled, warnings }: WhenProps) {
  const own = textsOfDrafts(view);
  const isNew = draft === null;
  return (
    <Step view={view} draft={draft} stage="when">
      <div class="of-item">
        <ItemLine view={view} chosen={chosen} />
      </div>
      {warnings}
      <section class="panel">
        <form method="post" action={isNew ? '/admin/sales' : `${draftPath(draft)}/edit`} data-once>
          <Notice text={filled.message} isError />
          <FormKey filled={filled} />
          <input type="hidden" name="item" value={chosen.item.id} />
          {!isNew && <input type="hidden" name="step" value="when" />}
          <Fields view={view} chosen={chosen} terms={terms} filled={filled} />
          <div class="onward">
            {/* The first is what the Enter key presses. */}
            <button type="submit" class="primary">
              {own.next}
            </button>
            {isNew ? (
              // What was typed goes along in the address, right or wrong.
              <button
                type="submit"
                class="secondary"
                formmethod="get"
                formaction="/admin/sales/new"
                formnovalidate
                name="step"
                value="what"
              >
                {own.back}
              </button>
            ) : (
              <button type="submit" class="secondary" name="go" value="back">
                {own.back}
              </button>
            )}
          </div>
        </form>
      </section>
    </Step>
  );
}

function Fields({ view, chosen, terms, filled }: Omit<WhenProps, 'draft' | 'warnings'>) {
  const own = textsOfDrafts(view);
  const { promo: words } = ownTexts(view);
  const bounds = boundsOf(view);
  const of = (name: 'name' | 'price' | 'startAt' | 'endAt' | 'limitPerUser') => ({
    form: 'sale',
    name,
    label: fill(words[name], { currency: view.currency }),
    filled,
  });
  const { currency } = view;
  const normal = chosen.row.price;
  const typed = filled.values.price;
  const price = typed === undefined ? terms.price : minorOf(typed, currency);
  const { off, above } = own.when;
  const texts = { normal: fill(own.when.normal, { price: money(normal, view) }), off, above };
  return (
    <>
      <Field
        {...of('name')}
        hint={own.when.nameHint}
        initial={terms.name}
        input={{ required: true, maxlength: 200 }}
      />
      <Field
        {...of('price')}
        hint={bounds.price}
        initial={terms.price === null ? '' : amountText(terms.price, currency)}
        note={besideNormal(price, normal, texts)}
        input={{
          ...{ required: true, inputmode: 'decimal', 'data-normal': normal },
          ...{ 'data-beside': texts.normal, 'data-off': texts.off, 'data-above': texts.above },
        }}
      />
      <div class="halves">
        <TimeField view={view} {...of('startAt')} at={terms.startAt} input={{ required: true }} />
        <TimeField view={view} {...of('endAt')} at={terms.endAt} input={{ required: true }} />
      </div>
      <div class="halves">
        <Field
          {...of('limitPerUser')}
          hint={own.when.limitHint}
          initial={String(terms.limitPerUser)}
          input={whole}
        />
        <DurationField
          form="sale"
          name="payWindow"
          label={own.when.payWindow}
          hint={own.when.payWindowHint}
          filled={filled}
          seconds={terms.payWindowS}
          units={own.timeUnits}
          unitLabel={fill(own.unit, { name: own.when.payWindow })}
        />
      </div>
    </>
  );
}

/** The normal price, and how far this one is from it; its script keeps that up to date. */
function besideNormal(
  price: number | null,
  normal: number,
  texts: { normal: string; off: string; above: string },
): string {
  const percent = price === null ? 0 : percentBelow(price, normal);
  if (percent === 0) return texts.normal;
  const text = percent > 0 ? texts.off : texts.above;
  return `${texts.normal} · ${fill(text, { n: Math.abs(percent) })}`;
}
