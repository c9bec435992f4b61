/** `/admin/items/new`. */
import { normalLimitDefault } from '../../../../actors/limits.ts';
import type { View } from '../layout.tsx';
import { fill } from '../texts.ts';
import { boundsOf, Check, Field, type Filled, FormKey, Frame, Notice, ownTexts } from './frame.tsx';
import { PictureField, textsOfPictures } from './pictures/pictures.tsx';

export function NewItemPage({ view, filled }: { view: View; filled: Filled }) {
  const { newItem: own } = ownTexts(view);
  const bounds = boundsOf(view);
  const pictures = textsOfPictures(view);
  const of = (name: 'title' | 'description' | 'price' | 'stock' | 'imageUrl' | 'limitPerUser') => ({
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
        <form method="post" action="/admin/items" enctype="multipart/form-data" data-once>
          <Notice text={filled.message} isError />
          <FormKey filled={filled} />
          <Field {...of('title')} label={own.name} input={{ required: true, maxlength: 200 }} />
          <Field {...of('description')} label={own.description} multiline />
          <div class="halves">
            <Field
              {...of('price')}
              label={fill(own.price, { currency: view.currency })}
              input={{ required: true, inputmode: 'decimal' }}
            />
            <Field
              {...of('stock')}
              label={own.stock}
              input={{ required: true, inputmode: 'numeric' }}
            />
          </div>
          <PictureField
            label={pictures.addLater}
            hint={pictures.bounds}
            error={filled.errors.pictures}
          />
          <Field {...of('imageUrl')} label={own.imageUrl} />
          <Field
            {...of('limitPerUser')}
            label={own.limitPerUser}
            initial={String(normalLimitDefault)}
            input={{ required: true, inputmode: 'numeric' }}
          />
          <Check name="normalSale" label={own.normalSale} filled={filled} initial />
          <Check name="hidden" label={own.hidden} filled={filled} initial={false} />
          <button type="submit" class="primary">
            {own.submit}
          </button>
        </form>
      </section>
    </Frame>
  );
}
