/**
 * `/admin/items/:id`: an item's live board, its promos, and the forms that change it; also the
 * answer when one of its forms is refused.
 */
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { BoardRow } from '../../../../../actors/memory/board.ts';
import type { ItemPicture, ItemRow } from '../../../../db/sql.ts';
import { promoState } from '../../../../shop/promo-state.ts';
import { warningsOf } from '../../../../shop/promo-warnings.ts';
import { itemIdOf } from '../../../../shop/read-item.ts';
import type { AppParts } from '../../../parts.ts';
import { failures } from '../../../wire/messages.ts';
import type { View } from '../../layout.tsx';
import { money } from '../../money.ts';
import { type Made, notFound } from '../../page.tsx';
import { fill } from '../../texts.ts';
import { textsOfDrafts } from '../draft/words.ts';
import { empty, type Filled, Frame, here, Notice, ownTexts } from '../frame.tsx';
import { type PictureNotice, Pictures, textsOfPictures } from '../pictures/pictures.tsx';
import { DeliveryForm, EditForm } from './forms.tsx';
import { LiveBoard } from './live-board.tsx';
import { Promos, type ShownPromo } from './promos.tsx';

interface Shown extends Partial<Pick<ItemPageProps, 'notice' | 'restock' | 'withdraw' | 'edit'>> {
  /** Why the pictures were not changed. */
  pictures?: PictureNotice;
  /** Which form was just accepted. */
  done?: string | undefined;
  status?: ContentfulStatusCode;
}

/** Reads SQL itself, not the cache: what was just drafted must show. */
export async function itemPage(
  parts: AppParts,
  view: View,
  text: string | undefined,
  { done, pictures: pictureNotice, status = 200, ...rest }: Shown,
): Promise<Made> {
  const { board, sql } = parts;
  const id = itemIdOf(text);
  const row = board.read(id);
  const item = row === null ? null : await sql.catalog.item(id);
  if (row === null || item === null) return notFound(view);
  const rows = (await sql.catalog.promosOfItems([item.id])).reverse();
  const promos = await Promise.all(
    rows.map(async (promo) => {
      const state = promoState(promo, board, view.now);
      const warnings = state.status === 'draft' ? await warningsOf(parts, promo) : [];
      return { ...promo, ...state, warnings };
    }),
  );
  const pictures = {
    own: await sql.catalog.picturesOfItems([item.id]),
    notice: pictureNotice ?? toldOf(textsOfPictures(view).done, done),
  };
  const notice = toldOf(ownTexts(view).done, done);
  const props = { item, row, promos, pictures, notice, ...rest };
  const path = `/admin/items/${item.id}`;
  return { page: <AdminItemPage view={here(view, path)} {...props} />, status };
}

/** What is told of a form that was just accepted; null where it is told elsewhere, or nothing was sent. */
function toldOf(texts: Record<string, string>, done: string | undefined): PictureNotice | null {
  const text = done === undefined ? undefined : texts[done];
  return text === undefined ? null : { text, isError: false };
}

interface ItemPageProps {
  view: View;
  item: ItemRow;
  row: BoardRow;
  /** Drafts too, newest first. */
  promos: ShownPromo[];
  pictures: { own: ItemPicture[]; notice: PictureNotice | null };
  /** What was done just now, or why not. */
  notice: PictureNotice | null;
  restock?: Filled;
  withdraw?: Filled;
  edit?: Filled;
}

function AdminItemPage(props: ItemPageProps) {
  const { view, item, row, promos, pictures, notice } = props;
  const { restock = empty, withdraw = empty, edit = empty } = props;
  const texts = ownTexts(view);
  const codes = Object.fromEntries(
    Object.entries(failures).map(([code, failure]) => [code, failure[view.visitor.language]]),
  );
  const data = { selection: String(item.id), codes };
  // What waits for a decision comes first.
  const hasDraft = promos.some(({ status }) => status === 'draft');
  return (
    <Frame view={view} title={item.title} script="admin-live.js" data={data}>
      <div class="heading">
        <div>
          <p class="eyebrow">{fill(texts.item.id, { id: item.id })}</p>
          <h1>{item.title}</h1>
          <p class="lead">
            {texts.item.price} {money(row.price, view)} ·{' '}
            <a href={`/items/${item.id}`}>{texts.item.inShop}</a>
            {' · '}
            <a href={`/admin/search?item=${item.id}`}>{texts.menu.search}</a>
          </p>
        </div>
        <div class="heading-side">
          <p class="live-state" data-live role="status"></p>
          <a class="primary" href={`/admin/sales/new?item=${item.id}`}>
            {textsOfDrafts(view).newSale}
          </a>
        </div>
      </div>
      {notice !== null && <Notice {...notice} />}
      {hasDraft && <Promos view={view} itemId={item.id} promos={promos} />}
      <LiveBoard view={view} itemId={item.id} />
      {!hasDraft && <Promos view={view} itemId={item.id} promos={promos} />}
      <Pictures view={view} item={item} pictures={pictures.own} notice={pictures.notice} />
      <div class="forms">
        <EditForm view={view} item={item} row={row} edit={edit} />
        <div>
          <DeliveryForm view={view} item={item} name="restock" filled={restock} />
          <DeliveryForm view={view} item={item} name="withdraw" filled={withdraw} />
        </div>
      </div>
    </Frame>
  );
}
