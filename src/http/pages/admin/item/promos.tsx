/** The promos of an item, each with its state or the button that publishes it. */
import type { PromoRow } from '../../../../db/sql.ts';
import type { PromoState } from '../../../../shop/promo-state.ts';
import type { Warning } from '../../../../shop/promo-warnings.ts';
import { warningText } from '../../../wire/promo-texts.ts';
import type { View } from '../../layout.tsx';
import { minuteText } from '../../minute-text.ts';
import { money } from '../../money.ts';
import { fill } from '../../texts.ts';
import { textsOfDrafts } from '../draft/words.ts';
import { TimeField } from '../forms/time-field.tsx';
import { empty, ownTexts } from '../frame.tsx';

/** A promo with its state, and what its merchant should know of it while it is a draft. */
export type ShownPromo = PromoRow & PromoState & { warnings: Warning[] };

interface PromosProps {
  view: View;
  itemId: number;
  /** Drafts too, newest first. */
  promos: ShownPromo[];
}

export function Promos({ view, itemId, promos }: PromosProps) {
  const { item: own } = ownTexts(view);
  return (
    <section class="of-promos" data-states={itemId}>
      <h2>{own.promos}</h2>
      {promos.length === 0 ? (
        <p class="hint">{own.noPromos}</p>
      ) : (
        <table class="board promos">
          <thead>
            <tr>
              <th scope="col">{own.promo}</th>
              <th scope="col">{own.sale}</th>
              <th scope="col">{own.terms}</th>
              <th scope="col">{own.state}</th>
            </tr>
          </thead>
          <tbody>
            {promos.map((promo) => (
              <tr>
                <th scope="row">
                  <a href={`/admin/sales/${promo.id}`}>{promo.name}</a>
                </th>
                <td data-label={own.sale}>
                  {minuteText(promo.startAt, view)} – {minuteText(promo.endAt, view)}
                </td>
                <td data-label={own.terms}>
                  {fill(own.termsText, {
                    price: money(promo.price, view),
                    limit: promo.limitPerUser,
                    gate: promo.gateFactor,
                    queue: own.queues[promo.queue],
                    seconds: promo.admitS,
                    minutes: promo.payWindowS / 60,
                  })}
                  {promo.captcha && ` · ${own.captchaText}`}
                </td>
                <td data-label={own.state}>
                  <State view={view} promo={promo} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

/** How a promo stands, and what can be done with it now. */
function State({ view, promo }: { view: View; promo: ShownPromo }) {
  const { item: own } = ownTexts(view);
  const { status } = promo;
  const hasBegun = view.now >= promo.startAt;
  const isOn = status === 'pending' || status === 'running' || status === 'paused';
  const of = { view, promo };
  return (
    <>
      <span class="state" data-promo={promo.id} data-state={status}>
        {own[status]}
      </span>
      {status === 'draft' && (
        <ul class="warnings">
          {promo.warnings.map((warning) => (
            <li>{warningText(warning, view.visitor.language)}</li>
          ))}
        </ul>
      )}
      <div class="actions">
        {status === 'draft' && (
          <a class="secondary" href={`/admin/sales/${promo.id}/preview`}>
            {textsOfDrafts(view).toDraft}
            <span class="visually-hidden">: {promo.name}</span>
          </a>
        )}
        {status === 'paused' && <Action {...of} action="resume" />}
        {(status === 'running' || status === 'pending') && <Action {...of} action="pause" />}
        {isOn && <Extension {...of} />}
        {isOn && hasBegun && <Action {...of} action="end" isAsked />}
        {isOn && !hasBegun && <Action {...of} action="withdraw" isAsked />}
      </div>
    </>
  );
}

interface ActionProps {
  view: View;
  promo: ShownPromo;
  action: 'pause' | 'resume' | 'end' | 'withdraw';
  /** It cannot be taken back: a second click says that it is meant. */
  isAsked?: boolean;
}

function Action({ view, promo, action, isAsked = false }: ActionProps) {
  const own = ownTexts(view).actions;
  const { id, itemId, name } = promo;
  const what = `${own[action]}: ${name}`;
  const form = (
    <form method="post" action={`/admin/promos/${id}/${action}`} data-once>
      <input type="hidden" name="itemId" value={itemId} />
      <button type="submit" class="secondary" aria-label={isAsked ? `${own.sure} (${what})` : what}>
        {isAsked ? own.sure : own[action]}
      </button>
    </form>
  );
  if (!isAsked) return form;
  return (
    <details>
      <summary aria-label={what}>{own[action]} …</summary>
      {form}
    </details>
  );
}

function Extension({ view, promo }: { view: View; promo: ShownPromo }) {
  const own = ownTexts(view);
  const { id, itemId, name, endAt } = promo;
  return (
    <details>
      <summary aria-label={`${own.actions.extend}: ${name}`}>{own.actions.extend} …</summary>
      <form method="post" action={`/admin/promos/${id}/extend`} data-once>
        <input type="hidden" name="itemId" value={itemId} />
        <TimeField
          view={view}
          form={`extend-${id}`}
          name="endAt"
          label={own.promo.endAt}
          at={endAt}
          filled={empty}
          input={{ required: true }}
        />
        <button type="submit" class="secondary">
          {own.actions.extend}
        </button>
      </form>
    </details>
  );
}
