/** The forms on an item's page. */
import type { View } from '../../layout.tsx';
import { empty, Field, type Filled, Notice, ownTexts } from '../frame.tsx';

interface PromoFormProps {
  view: View;
  item: { id: number };
  promo: Filled;
}

export function PromoForm({ view, item, promo }: PromoFormProps) {
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
          <Field {...of('payWindowMinutes')} initial="15" input={whole} />
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

interface RestockFormProps {
  view: View;
  item: { id: number };
  restock: Filled;
  /** Names a delivery, so that a form sent twice adds once. */
  deliveryKey: string;
}

export function RestockForm({ view, item, restock, deliveryKey }: RestockFormProps) {
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
