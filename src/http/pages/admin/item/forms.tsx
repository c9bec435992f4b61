/** The forms on an item's page. */
import { orderUnitsMax } from '../../../../../actors/limits.ts';
import type { BoardRow } from '../../../../../actors/memory/board.ts';
import type { ItemRow } from '../../../../db/sql.ts';
import type { View } from '../../layout.tsx';
import { amountText } from '../../money.ts';
import { fill } from '../../texts.ts';
import { boundsOf, Check, Field, type Filled, FormKey, Notice, ownTexts } from '../frame.tsx';

const whole = { required: true, inputmode: 'numeric' };

interface DeliveryFormProps {
  view: View;
  item: { id: number };
  name: 'restock' | 'withdraw';
  filled: Filled;
}

/** Adds units, or takes some off sale. */
export function DeliveryForm({ view, item, name, filled }: DeliveryFormProps) {
  const own = ownTexts(view)[name];
  return (
    <section class="panel" id={name}>
      <h2>{own.title}</h2>
      <p class="hint">{own.lead}</p>
      <form method="post" action={`/admin/items/${item.id}/${name}`} data-once>
        <Notice text={filled.message} isError />
        <FormKey filled={filled} />
        <Field form={name} name="units" label={own.units} filled={filled} input={whole} />
        <button type="submit" class={name === 'restock' ? 'primary' : 'secondary'}>
          {own.submit}
        </button>
      </form>
    </section>
  );
}

interface EditFormProps {
  view: View;
  item: ItemRow;
  row: BoardRow;
  edit: Filled;
}

export function EditForm({ view, item, row, edit }: EditFormProps) {
  const { edit: own, newItem: words } = ownTexts(view);
  const bounds = boundsOf(view);
  const of = (name: 'title' | 'description' | 'price' | 'imageUrl' | 'limitPerUser') => ({
    form: 'edit',
    name,
    hint: name === 'price' || name === 'imageUrl' ? bounds[name] : undefined,
    filled: edit,
  });
  const { title, description, imageUrl, limitPerUser, hidden } = item;
  const price = amountText(row.price, view.currency);
  const limit = String(Math.min(limitPerUser, orderUnitsMax));
  return (
    <section class="panel" id="edit">
      <h2>{own.title}</h2>
      <p class="hint">{own.lead}</p>
      <form method="post" action={`/admin/items/${item.id}/edit`} data-once>
        <Notice text={edit.message} isError />
        <Field
          {...of('title')}
          label={words.name}
          initial={title}
          input={{ required: true, maxlength: 200 }}
        />
        <Field {...of('description')} label={words.description} initial={description} multiline />
        <div class="halves">
          <Field
            {...of('price')}
            label={fill(words.price, { currency: view.currency })}
            initial={price}
            input={{ required: true, inputmode: 'decimal' }}
          />
          <Field {...of('limitPerUser')} label={words.limitPerUser} initial={limit} input={whole} />
        </div>
        <Field {...of('imageUrl')} label={words.imageUrl} initial={imageUrl ?? ''} />
        <Check
          name="normalSale"
          label={words.normalSale}
          filled={edit}
          initial={row.normalSale === 1}
        />
        <Check name="hidden" label={words.hidden} filled={edit} initial={hidden} />
        <button type="submit" class="primary">
          {own.submit}
        </button>
      </form>
    </section>
  );
}
