/** The first step of a sale: choose an item, or make one. */
import { saleStatus } from '../../../../../actors/memory/board.ts';
import { FindForm, type ListPage, listPath, Pages } from '../../item-list.tsx';
import type { View } from '../../layout.tsx';
import { minuteText } from '../../minute-text.ts';
import { fill } from '../../texts.ts';
import { boundsOf, Check, Field, type Filled, FormKey, Notice, ownTexts } from '../frame.tsx';
import { PictureField, textsOfPictures } from '../pictures/pictures.tsx';
import { Carried, type ChosenItem, type DraftId, draftPath, ItemLine, Step } from './parts.tsx';
import { textsOfDrafts } from './words.ts';

export interface WhatProps {
  view: View;
  draft: DraftId;
  /** Items to choose from. */
  list: ListPage & { items: ChosenItem[] };
  /** The number of the item that was chosen before; 0 for none. */
  chosen: number;
  /** What the next step held, so that it is not lost. */
  carried: Record<string, string>;
  /** The form of a new item. */
  newItem: Filled;
  notice: { text: string; isError: boolean } | null;
}

export function WhatStep(props: WhatProps) {
  const { view, draft, list, carried, notice } = props;
  const own = textsOfDrafts(view).what;
  const isNew = draft === null;
  const path = isNew ? '/admin/sales/new' : `${draftPath(draft)}/edit`;
  const step = isNew ? carried : { step: 'what' };
  const isEmpty = list.items.length === 0 && list.search === null && list.isFirst;
  return (
    <Step view={view} draft={draft} stage="what">
      <p class="lead">{own.lead}</p>
      {notice !== null && <Notice {...notice} />}
      {isEmpty ? (
        <p class="empty">{own.noItems}</p>
      ) : (
        <section class="panel choosing" aria-label={own.list}>
          <FindForm path={path} search={list.search} label={own.search} submit={own.find}>
            <Carried values={{ ...step, ...(isNew ? { step: 'what' } : {}) }} />
          </FindForm>
          <Choices {...props} path={path} />
          <Pages
            list={list}
            pathOf={(cursor) => listPath(path, { ...step, step: 'what', q: list.search, cursor })}
            label={own.pages}
            toFirst={own.first}
            toNext={own.more}
          />
        </section>
      )}
      <NewItem {...props} />
    </Step>
  );
}

/** One button for each item: it is chosen, and the next step comes. */
function Choices({ view, draft, list, chosen, carried, path }: WhatProps & { path: string }) {
  const own = textsOfDrafts(view).what;
  if (list.items.length === 0) return <p>{own.none}</p>;
  return (
    <form method={draft === null ? 'get' : 'post'} action={path} data-once>
      <Carried values={draft === null ? carried : { step: 'what' }} />
      <ul class="picks">
        {list.items.map((each) => {
          const isChosen = each.item.id === chosen;
          return (
            <li>
              <button
                type="submit"
                class="pick"
                name="item"
                value={each.item.id}
                aria-current={isChosen ? 'true' : undefined}
              >
                <ItemLine view={view} chosen={each}>
                  <OfSale view={view} chosen={each} />
                  {isChosen && ` · ${own.chosen}`}
                </ItemLine>
              </button>
            </li>
          );
        })}
      </ul>
    </form>
  );
}

/** The sale that an item has now, or next. */
function OfSale({ view, chosen: { row } }: { view: View; chosen: ChosenItem }) {
  const own = textsOfDrafts(view).what;
  const status = saleStatus(row, view.now);
  if (status === 'none' || status === 'ended') return null;
  const [text, at] = status === 'pending' ? [own.comes, row.startAt] : [own.inSale, row.endAt];
  return <> · {fill(text, { time: minuteText(at, view) })}</>;
}

function NewItem({ view, draft, carried, newItem }: WhatProps) {
  const own = textsOfDrafts(view).what;
  const { newItem: words } = ownTexts(view);
  const pictures = textsOfPictures(view);
  const bounds = boundsOf(view);
  const of = (name: 'title' | 'description' | 'price' | 'stock') => ({
    form: 'item',
    name,
    filled: newItem,
    hint: name === 'price' ? bounds.price : undefined,
  });
  return (
    <section class="panel" id="new-item">
      <h2>{own.newTitle}</h2>
      <p class="hint">{own.newLead}</p>
      <form method="post" action="/admin/sales/new" enctype="multipart/form-data" data-once>
        <Notice text={newItem.message} isError />
        <FormKey filled={newItem} />
        <input type="hidden" name="sale" value={draft ?? ''} />
        <input type="hidden" name="carried" value={JSON.stringify(carried)} />
        <Field {...of('title')} label={words.name} input={{ required: true, maxlength: 200 }} />
        <Field {...of('description')} label={words.description} multiline />
        <div class="halves">
          <Field
            {...of('price')}
            label={fill(words.price, { currency: view.currency })}
            input={{ required: true, inputmode: 'decimal' }}
          />
          <Field
            {...of('stock')}
            label={words.stock}
            input={{ required: true, inputmode: 'numeric' }}
          />
        </div>
        <PictureField
          label={pictures.addLater}
          hint={pictures.bounds}
          error={newItem.errors.pictures}
        />
        <Check name="normalSale" label={own.normalSale} filled={newItem} initial={false} />
        <button type="submit" class="primary">
          {own.submit}
        </button>
      </form>
    </section>
  );
}
