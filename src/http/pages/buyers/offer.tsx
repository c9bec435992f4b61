/** What several pages show of an item: its picture, its prices, the state of its sale. */
import { queueModes } from '../../../../actors/events.ts';
import { payWindowDefaultMs } from '../../../../actors/limits.ts';
import { type BoardRow, type SaleStatus, saleStatus } from '../../../../actors/memory/board.ts';
import { type CatalogItem, type CatalogPromo, shownPromo } from '../../../catalog/item.ts';
import { picturePath } from '../../../pictures/address.ts';
import { sectionOf } from '../../../shop/item-sections.ts';
import type { OpenItem } from '../../../shop/read-item.ts';
import { languageTag, textsOf, type View } from '../layout.tsx';
import { money } from '../money.ts';
import { fill, scriptTexts } from '../texts.ts';

/** An item as it stands at a moment. */
export interface Offer extends OpenItem {
  promo: CatalogPromo | undefined;
  status: SaleStatus;
}

/** The query of an item's page that shows the item at its normal price, when its promos are over. */
export const atNormalPrice = 'price=normal';

/** The item at its normal price, where it is sold at that now; else as `offerOf`. */
export function normalOfferOf(open: OpenItem, now: number): Offer {
  const { promosEndAt, normalSale } = open.row;
  if (now < promosEndAt || normalSale !== 1) return offerOf(open, now);
  return { ...open, promo: undefined, status: 'none' };
}

/** As lists show it: what is sold at its normal price after a sale, at that. */
export function listedOfferOf(open: OpenItem, now: number): Offer {
  return sectionOf(open.row, now) === 'normal' ? normalOfferOf(open, now) : offerOf(open, now);
}

export function offerOf({ item, row }: OpenItem, now: number): Offer {
  const promo = shownPromo(item, row);
  // The board hears of a new price before anybody who has read the item some time ago.
  const priced = { ...item, price: row.price };
  return { item: priced, promo, row, status: promo === undefined ? 'none' : saleStatus(row, now) };
}

/**
 * What there is of an offer: units `left`; or units held unpaid, which come back, to those `inLine` or to `anybody`; or
 * it is `gone`, and nothing comes back by itself.
 */
export function supplyOf({ promo, row }: Offer): 'left' | 'inLine' | 'anybody' | 'gone' {
  if (row.left > 0) return 'left';
  if (row.held === 0) return 'gone';
  return promo !== undefined && queueModes[row.queue] !== 'off' ? 'inLine' : 'anybody';
}

/** What the scripts know about an offer. Times in milliseconds since 1970 UTC. */
export function offerData({ item, promo, row, status }: Offer) {
  const { loaded, left, held } = row;
  const normalSale = row.normalSale === 1;
  const payWindowMs = promo === undefined ? payWindowDefaultMs : promo.payWindowS * 1_000;
  const sale = promo === undefined ? null : saleData(promo, row);
  return { itemId: item.id, promo: sale, status, loaded, left, held, normalSale, payWindowMs };
}

/** Its times are the board's: the merchant may have moved them since the catalogue was read. */
function saleData({ id, captcha, drawCommitment }: CatalogPromo, row: BoardRow) {
  const { startAt, endAt, queueOpenAt: opensAt } = row;
  const [queue, paused] = [queueModes[row.queue], row.paused === 1];
  return { id, startAt, endAt, captcha, queue, opensAt, paused, drawCommitment };
}

const tints = 6;

/** A picture as an element shows it. Of one elsewhere neither its size is known nor what it shows. */
export interface ShownPicture {
  src: string;
  alt: string;
  width?: number;
  height?: number;
  /** The widths there are to choose from. */
  srcset?: string;
  /** The same, for small places. */
  small: string;
  referrerpolicy?: 'no-referrer';
}

/** All that is shown of an item: what the merchant named, then what the engine stores. */
export function picturesOf({ imageUrl, pictures }: CatalogItem): ShownPicture[] {
  const stored = pictures.map(({ alt, width, height, small, ...picture }) => {
    const [src, smallSrc] = [picturePath(picture), picturePath(small)];
    const srcset = `${smallSrc} ${small.width}w, ${src} ${width}w`;
    const shown = { src, alt, width, height, small: smallSrc };
    return src === smallSrc ? shown : { ...shown, srcset };
  });
  // Pages may show pictures from this site, and from others over https.
  if (imageUrl === null || imageUrl.startsWith('http:')) return stored;
  const named = { src: imageUrl, alt: '', small: imageUrl, referrerpolicy: 'no-referrer' as const };
  return [named, ...stored];
}

/** The first picture or, where there is none, the title's first letter on a coloured ground. */
export function Picture({ item }: { item: CatalogItem }) {
  const [first] = picturesOf(item);
  if (first !== undefined) {
    const { small, alt, srcset: _, ...picture } = first;
    return (
      <div class="picture">
        <img {...picture} src={small} alt={alt} loading="lazy" />
      </div>
    );
  }
  const [initial = ''] = new Intl.Segmenter().segment(item.title);
  const letter = initial === '' ? '' : initial.segment.toUpperCase();
  return (
    <div class={`picture tint-${item.id % tints}`} aria-hidden="true">
      <span>{letter}</span>
    </div>
  );
}

export function Price({ view, offer }: { view: View; offer: Offer }) {
  const own = textsOf(view);
  const { item, promo } = offer;
  if (promo === undefined) {
    return (
      <p class="price">
        <span class="visually-hidden">{own.normalPrice}</span>
        <strong>{money(item.price, view)}</strong>
      </p>
    );
  }
  return (
    <p class="price">
      <span class="visually-hidden">{own.salePrice}</span>
      <strong class="sale">{money(promo.price, view)}</strong>
      {promo.price < item.price && (
        <>
          <span class="visually-hidden">{own.normalPrice}</span>
          <s>{money(item.price, view)}</s>
        </>
      )}
    </p>
  );
}

/** The bar of what is left; the script of the page keeps it up to date. */
export function Stock({ view, offer }: { view: View; offer: Offer }) {
  const { left, loaded } = offer.row;
  const { language } = view.visitor;
  const text = left === 0 ? scriptTexts[language].noneLeft : scriptTexts[language].left;
  const { format } = new Intl.NumberFormat(languageTag(view.visitor));
  return (
    <div class="stock">
      <progress value={left} max={Math.max(loaded, 1)} aria-label={textsOf(view).stock}></progress>
      <p data-stock>{fill(text, { left: format(left), loaded: format(loaded) })}</p>
    </div>
  );
}
