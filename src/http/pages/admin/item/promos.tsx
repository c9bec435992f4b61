/** The promos of an item, each with its state or the button that publishes it. */
import type { PromoRow } from '../../../../db/sql.ts';
import type { PromoState } from '../../../../shop/promo-state.ts';
import type { View } from '../../layout.tsx';
import { minuteText } from '../../minute-text.ts';
import { money } from '../../money.ts';
import { fill } from '../../texts.ts';
import { ownTexts } from '../frame.tsx';

/** A promo with its state. */
export type ShownPromo = PromoRow & PromoState;

interface PromosProps {
  view: View;
  /** Drafts too, newest first. */
  promos: ShownPromo[];
}

export function Promos({ view, promos }: PromosProps) {
  const { item: own } = ownTexts(view);
  return (
    <section class="of-promos">
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
                <th scope="row">{promo.name}</th>
                <td data-label={own.sale}>
                  {minuteText(promo.startAt)} – {minuteText(promo.endAt)}
                </td>
                <td data-label={own.terms}>
                  {fill(own.termsText, {
                    price: money(promo.price),
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
      {promos.some(({ status }) => status === 'draft') && <p class="hint">{own.publishHint}</p>}
    </section>
  );
}

function State({ view, promo }: { view: View; promo: ShownPromo }) {
  const { item: own } = ownTexts(view);
  if (promo.status !== 'draft') return <span class="state">{own[promo.status]}</span>;
  return (
    <form method="post" action={`/admin/promos/${promo.id}/publish`} data-once>
      <input type="hidden" name="itemId" value={promo.itemId} />
      <span class="state draft">{own.draft}</span>
      <button
        type="submit"
        class="secondary"
        aria-label={fill(own.publishOf, { name: promo.name })}
      >
        {own.publish}
      </button>
    </form>
  );
}
