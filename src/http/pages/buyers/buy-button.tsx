/** The button of an item's page as it is before the script comes. */
import { logInPath, type View } from '../layout.tsx';
import { scriptTexts } from '../texts.ts';
import { type Offer, supplyOf } from './offer.tsx';

interface BuyButtonProps {
  view: View;
  offer: Offer;
  /** See `ItemArticle`: the button is as the script has it. */
  isStill: boolean;
}

/** Who is not logged in may do that, while it is of use. */
export function BuyButton({ view, offer, isStill }: BuyButtonProps) {
  const { status, row, promo } = offer;
  const script = scriptTexts[view.visitor.language];
  const supply = supplyOf(offer);
  const isSoldOut = supply !== 'left' && (status === 'running' || status === 'none');
  const isSold = status !== 'none' || row.normalSale === 1;
  const isWaitlist = isSoldOut && supply === 'inLine';
  const isOver = status === 'ended' || (isSoldOut && !isWaitlist) || !isSold;
  const isOpenDraw = status === 'pending' && promo?.queue === 'draw' && view.now >= row.queueOpenAt;
  const labels = {
    none: isSold ? script.buy : script.notSold,
    pending: isOpenDraw ? script.joinDraw : script.notOpen,
    running: script.buy,
    paused: script.paused,
  };
  const soldOut = isWaitlist ? script.joinWaitlist : script.soldOut;
  const label = status === 'ended' ? script.over : isSoldOut ? soldOut : labels[status];
  if (view.visitor.userId !== null) {
    const isOfUse = !isOver && status !== 'paused' && (status !== 'pending' || isOpenDraw);
    return (
      <button type="button" class="primary" id="buy" disabled={!(isStill && isOfUse)}>
        {label}
      </button>
    );
  }
  return (
    <>
      <a
        class="primary"
        id="log-in-to-buy"
        href={logInPath('/login', view.visitor)}
        hidden={isOver}
      >
        {isWaitlist ? script.logInToWait : script.logInToBuy}
      </a>
      <button type="button" class="primary" id="closed" disabled hidden={!isOver}>
        {label}
      </button>
    </>
  );
}
