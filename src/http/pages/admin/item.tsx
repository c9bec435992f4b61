/** `/admin/items/:id`: an item's live board, its promos, and the forms that change it. */
import type { BoardRow } from '../../../../actors/memory/board.ts';
import type { ItemRow, PromoRow } from '../../../db/sql.ts';
import { failures } from '../../wire/messages.ts';
import type { View } from '../layout.tsx';
import { money } from '../money.ts';
import { fill } from '../texts.ts';
import { empty, Field, type Filled, Frame, Notice, ownTexts } from './frame.tsx';
import { LiveBoard } from './live-board.tsx';

export interface ItemPageProps {
  view: View;
  item: Pick<ItemRow, 'id' | 'title' | 'price'>;
  row: BoardRow;
  /** Drafts too, newest first. */
  promos: PromoRow[];
  /** What was done just now, or why not. */
  notice: { text: string; isError: boolean } | null;
  promo?: Filled;
  restock?: Filled;
  /** Names a delivery, so that a form that is sent twice adds once. */
  deliveryKey: string;
}

export function AdminItemPage(props: ItemPageProps) {
  const { view, item, row, promos, notice } = props;
  const texts = ownTexts(view);
  const codes = Object.fromEntries(
    Object.entries(failures).map(([code, failure]) => [code, failure[view.visitor.language]]),
  );
  const data = { item: item.id, codes };
  // What waits for a decision comes first.
  const hasDraft = promos.some((promo) => !isPublished(promo, row));
  return (
    <Frame view={view} title={item.title} script="admin-live.js" data={data}>
      <div class="heading">
        <div>
          <p class="eyebrow">{fill(texts.item.id, { id: item.id })}</p>
          <h1>{item.title}</h1>
          <p class="lead">
            {texts.item.price} {money(item.price)} ·{' '}
            <a href={`/items/${item.id}`}>{texts.item.inShop}</a>
            {' · '}
            <a href={`/admin/search?item=${item.id}`}>{texts.menu.search}</a>
          </p>
        </div>
        <p class="live-state" data-live role="status"></p>
      </div>
      {notice !== null && <Notice {...notice} />}
      {hasDraft && <Promos {...props} />}
      <LiveBoard view={view} itemId={item.id} />
      {!hasDraft && <Promos {...props} />}
      <div class="forms">
        <PromoForm {...props} />
        <RestockForm {...props} />
      </div>
    </Frame>
  );
}

function Promos({ view, promos, row }: ItemPageProps) {
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
                    minutes: promo.payWindowS / 60,
                  })}
                  {promo.captcha && ` · ${own.captchaText}`}
                </td>
                <td data-label={own.state}>
                  <PromoState view={view} promo={promo} row={row} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {promos.some((promo) => !isPublished(promo, row)) && <p class="hint">{own.publishHint}</p>}
    </section>
  );
}

/** Known to the item's actor: SQL learns it a moment later than the board. */
function isPublished({ id, publishedAt }: PromoRow, row: BoardRow): boolean {
  return publishedAt !== null || row.promo === id;
}

function PromoState({ view, promo, row }: { view: View; promo: PromoRow; row: BoardRow }) {
  const { item: own } = ownTexts(view);
  if (isPublished(promo, row)) {
    const status = view.now < promo.startAt ? 'pending' : 'running';
    return <span class="state">{own[view.now >= promo.endAt ? 'ended' : status]}</span>;
  }
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

function PromoForm({ view, item, promo = empty }: ItemPageProps) {
  const { promo: own, bounds } = ownTexts(view);
  const of = (name: Exclude<keyof typeof own & keyof typeof bounds, 'title' | 'captcha'>) => ({
    form: 'promo',
    name,
    label: own[name],
    filled: promo,
    hint: name === 'price' || name === 'gateFactor' ? bounds[name] : undefined,
  });
  const time = { type: 'datetime-local', required: true, step: 1, 'data-utc': own.local };
  const whole = { required: true, inputmode: 'numeric' };
  const captcha = promo === empty || promo.values.captcha === 'on';
  return (
    <section class="panel" id="promo">
      <h2>{own.title}</h2>
      <p class="hint">{own.lead}</p>
      <form method="post" action={`/admin/items/${item.id}/promos`} data-once>
        <Notice text={promo.message} isError />
        <Field {...of('name')} input={{ required: true, maxlength: 200 }} />
        <div class="halves">
          <Field {...of('startAt')} input={time} />
          <Field {...of('endAt')} input={time} />
          <Field {...of('price')} input={{ required: true, inputmode: 'decimal' }} />
          <Field {...of('limitPerUser')} initial="1" input={whole} />
          <Field {...of('gateFactor')} initial="5" input={whole} />
          <Field {...of('payWindowSeconds')} initial="15" input={whole} />
        </div>
        <label class="check">
          <input type="checkbox" name="captcha" checked={captcha} /> {own.captcha}
        </label>
        <button type="submit" class="primary">
          {own.submit}
        </button>
      </form>
    </section>
  );
}

function RestockForm({ view, item, restock = empty, deliveryKey }: ItemPageProps) {
  const own = ownTexts(view).restock;
  return (
    <section class="panel" id="restock">
      <h2>{own.title}</h2>
      <p class="hint">{own.lead}</p>
      <form method="post" action={`/admin/items/${item.id}/restock`} data-once>
        <Notice text={restock.message} isError />
        <input type="hidden" name="key" value={restock.values.key ?? deliveryKey} />
        <Field
          form="restock"
          name="units"
          label={own.units}
          filled={restock}
          input={{ required: true, inputmode: 'numeric' }}
        />
        <button type="submit" class="primary">
          {own.submit}
        </button>
      </form>
    </section>
  );
}

/** A time in UTC to the minute, or to the second where it has one. */
export function minuteText(ms: number): string {
  const text = new Date(ms).toISOString().replace('T', ' ');
  return ms % 60_000 === 0 ? text.slice(0, 16) : text.slice(0, 19);
}
