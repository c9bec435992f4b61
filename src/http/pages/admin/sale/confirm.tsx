/**
 * `/admin/sales/:promoId/:action`: what an action means for buyers at this very moment, and the button that does it.
 * A page of its own, so that what it says is true when it is read, also without a script.
 */
import type { Sale } from '../../../../shop/sale/read-sale.ts';
import { warningText } from '../../../wire/promo-texts.ts';
import type { View } from '../../layout.tsx';
import { minuteText } from '../../minute-text.ts';
import { money } from '../../money.ts';
import { fill } from '../../texts.ts';
import { TimeField } from '../forms/time-field.tsx';
import { boundsOf, Field, type Filled, FormKey, Frame, Notice, ownTexts } from '../frame.tsx';
import { isFinal, type SaleAction } from './actions.ts';
import { numberText } from './figures.tsx';
import { type SaleTexts, saleTexts } from './sale-texts.ts';
import { Stand } from './stand.tsx';

interface ConfirmProps {
  view: View;
  sale: Sale;
  action: SaleAction;
  filled: Filled;
}

export function ConfirmPage({ view, sale, action, filled }: ConfirmProps) {
  const own = saleTexts[view.visitor.language];
  const { promo, item } = sale;
  const path = `/admin/sales/${promo.id}`;
  return (
    <Frame view={view} title={`${own.names[action]}: ${promo.name}`} styles={['admin-sale.css']}>
      <p class="eyebrow">
        <a href={path}>{promo.name}</a> · {item.title}
      </p>
      <h1>{own.confirm[action]}</h1>
      <Stand view={view} sale={sale} />
      <section class="panel confirm">
        <h2>{own.means}</h2>
        <ul>
          {meaningOf(action, sale, view).map((text) => (
            <li>{text}</li>
          ))}
        </ul>
        <form method="post" action={`${path}/${action}`} data-once>
          <Notice text={filled.message} isError />
          <Fields view={view} sale={sale} action={action} filled={filled} />
          <div class="choice-row">
            <button type="submit" class={isFinal(action) ? 'primary final' : 'primary'}>
              {own.submit[action]}
            </button>
            <a class="secondary" href={path}>
              {own.back}
            </a>
          </div>
        </form>
      </section>
    </Frame>
  );
}

function Fields({ view, sale, action, filled }: ConfirmProps) {
  const own = ownTexts(view);
  if (action === 'delete') return <input type="hidden" name="itemId" value={sale.item.id} />;
  if (action === 'extend') {
    return (
      <TimeField
        view={view}
        form="extend"
        name="endAt"
        label={own.promo.endAt}
        at={sale.state.endAt}
        filled={filled}
        input={{ required: true }}
      />
    );
  }
  if (action !== 'restock' && action !== 'take') return null;
  return (
    <>
      <FormKey filled={filled} />
      <Field
        form={action}
        name="units"
        label={action === 'restock' ? own.restock.units : own.withdraw.units}
        hint={boundsOf(view).units}
        filled={filled}
        input={{ required: true, inputmode: 'numeric' }}
      />
    </>
  );
}

/** One sentence each; those of nobody and nothing are left out. */
function meaningOf(action: SaleAction, sale: Sale, view: View): string[] {
  const { meaning } = saleTexts[view.visitor.language];
  const { promo, row, state, isShown, figures } = sale;
  const time = minuteText(state.endAt, view);
  const say = (name: keyof SaleTexts['meaning'], n?: number, rest: Record<string, string> = {}) => {
    if (n === 0) return null;
    const told = n === undefined ? {} : { n: numberText(n, view) };
    return fill(meaning[name], { time, ...told, ...rest });
  };
  const waiting = isShown ? row.waiting : 0;
  const outstanding = isShown ? row.outstanding : 0;
  const hasBegun = view.now >= promo.startAt;
  const start = { time: minuteText(promo.startAt, view) };
  const promosEnd = minuteText(Math.max(promo.endAt, row.promosEndAt), view);
  const nobody = waiting === 0 && promo.queue !== 'off' ? say('nobodyWaits') : null;
  const sentences: Record<SaleAction, (string | null)[]> = {
    pause: [
      hasBegun ? say('noOrders') : say('notOpening', undefined, start),
      say('waitingKeep', waiting) ?? nobody,
      say('outstandingAgain', outstanding),
      say('heldPay', figures.held),
      say('endStays'),
    ],
    resume: [
      hasBegun ? say('ordersAgain') : null,
      say('waitingTurn', waiting) ?? nobody,
      say('outstandingAgain', outstanding),
      say('endStays'),
    ],
    end: [
      say('forGood'),
      say('waitingHome', waiting) ?? nobody,
      say('outstandingLost', outstanding),
      say('heldPayOrBack', figures.held),
      say('leftUnsold', row.left),
      row.normalSale === 1
        ? say('normalAfter', undefined, { price: money(row.price, view) })
        : say('notAfter'),
    ],
    withdraw: [say('calledOff'), say('waitingHome', waiting) ?? nobody],
    extend: [say('endNow'), say('endWindows')],
    restock: [
      row.left === 0 ? say('soldOutOpens') : null,
      say('roomMore', row.left, { gate: numberText(promo.gateFactor, view) }),
      say('waitingTurn', waiting),
    ],
    take: [fill(meaning.takeLeft, { n: numberText(row.left, view) }), say('heldStay', row.held)],
    publish: [
      ...sale.warnings.map((warning) => warningText(warning, view.visitor.language)),
      say(sale.item.hidden ? 'seenHidden' : 'seen'),
      say('fixed'),
      row.normalSale === 1 ? say('promosOnly', undefined, { time: promosEnd }) : null,
      promo.queue === 'draw' ? say('commitment') : null,
    ],
    delete: [say('gone')],
  };
  return sentences[action].filter((text) => text !== null);
}
