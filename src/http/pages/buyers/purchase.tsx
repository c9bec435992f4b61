/** How an item is bought on its page: the script makes the button work. */
import { orderUnitsMax } from '../../../../actors/limits.ts';
import { textsOf, type View } from '../layout.tsx';
import { fill } from '../texts.ts';
import { BuyButton } from './buy-button.tsx';
import type { Offer } from './offer.tsx';
import { Room } from './room.tsx';

interface PurchaseProps {
  view: View;
  offer: Offer;
  /** See `ItemArticle`: the button looks as the script has it. */
  isStill: boolean;
}

export function Purchase({ view, offer, isStill }: PurchaseProps) {
  const own = textsOf(view);
  const limit = Math.min((offer.promo ?? offer.item).limitPerUser, orderUnitsMax);
  const loggedIn = view.visitor.userId !== null;
  return (
    <section class="purchase" id="purchase">
      {limit > 1 && loggedIn && (
        <p class="quantity">
          <label for="amount">{own.quantity}</label>
          <input
            type="number"
            id="amount"
            value="1"
            min="1"
            max={limit}
            step="1"
            inputmode="numeric"
            aria-describedby="amount-error"
          />
        </p>
      )}
      {limit > 1 && loggedIn && <p class="error" id="amount-error" role="alert"></p>}
      {offer.promo !== undefined && loggedIn && <Room view={view} />}
      <BuyButton view={view} offer={offer} isStill={isStill} />
      {limit < orderUnitsMax && (
        <p class="hint" data-limit>
          {fill(own.limit, { n: limit })}
        </p>
      )}
      <p class="message" id="message" role="status" aria-live="polite"></p>
      <form id="captcha" method="post" class="captcha" hidden>
        <p id="captcha-lead">{own.captchaLead}</p>
        <div class="challenge">
          <img width="200" height="72" alt={own.captchaAlt} />
          <button type="button" class="plain" id="captcha-other">
            {own.captchaOther}
          </button>
        </div>
        <label for="answer">{own.captchaLabel}</label>
        <div class="joined">
          <input
            id="answer"
            name="answer"
            required
            maxlength={8}
            autocomplete="off"
            autocapitalize="characters"
            spellcheck={false}
            lang="en"
            aria-describedby="captcha-lead"
          />
          <button type="submit" class="primary">
            {own.captchaSubmit}
          </button>
        </div>
      </form>
      <div class="result" id="result" tabindex={-1} hidden>
        <p class="title" data-title></p>
        <p data-text></p>
        <p>
          <a class="primary" href="/orders" data-link>
            {own.myOrders}
          </a>
        </p>
        {(offer.promo === undefined || limit > 1) && (
          <p>
            <button type="button" class="plain" id="another">
              {own.another}
            </button>
          </p>
        )}
      </div>
    </section>
  );
}
