/** `/admin/new-item`. */
import type { View } from '../layout.tsx';
import { Field, type Filled, Frame, Notice, ownTexts } from './frame.tsx';

export function NewItemPage({ view, filled }: { view: View; filled: Filled }) {
  const { newItem: own, bounds } = ownTexts(view);
  const of = (name: 'title' | 'description' | 'price' | 'stock' | 'imageUrl') => ({
    form: 'item',
    name,
    hint: name === 'price' || name === 'imageUrl' ? bounds[name] : undefined,
    filled,
  });
  return (
    <Frame view={view} title={own.title}>
      <section class="account">
        <h1>{own.title}</h1>
        <p class="lead">{own.lead}</p>
        <form method="post" action="/admin/items" data-once>
          <Notice text={filled.message} isError />
          <Field {...of('title')} label={own.name} input={{ required: true, maxlength: 200 }} />
          <Field {...of('description')} label={own.description} multiline />
          <div class="halves">
            <Field
              {...of('price')}
              label={own.price}
              input={{ required: true, inputmode: 'decimal' }}
            />
            <Field
              {...of('stock')}
              label={own.stock}
              input={{ required: true, inputmode: 'numeric' }}
            />
          </div>
          <Field {...of('imageUrl')} label={own.imageUrl} />
          <button type="submit" class="primary">
            {own.submit}
          </button>
        </form>
      </section>
    </Frame>
  );
}
