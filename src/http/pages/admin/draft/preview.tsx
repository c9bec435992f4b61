/** `/admin/sales/:id/preview`: a draft as it is and as buyers will see it, and what to do with it. */
import type { PromoRow } from '../../../../db/sql.ts';
import { isInTheWay, type Warning } from '../../../../shop/promo-warnings.ts';
import type { View } from '../../layout.tsx';
import { namedMinuteText } from '../../minute-text.ts';
import { Frame, Notice } from '../frame.tsx';
import { BuyersView, type SaleMoment } from './buyers-view.tsx';
import { type ChosenItem, draftPath } from './parts.tsx';
import { editPath, Terms } from './terms.tsx';
import { Warnings } from './warnings.tsx';
import { textsOfDrafts } from './words.ts';

interface PreviewProps {
  view: View;
  promo: PromoRow;
  chosen: ChosenItem;
  warnings: Warning[];
  moment: SaleMoment;
}

export function PreviewPage(props: PreviewProps) {
  const { view, promo, chosen } = props;
  const own = textsOfDrafts(view).preview;
  return (
    <Frame view={view} title={promo.name} styles={['gallery.css', 'admin-draft.css']}>
      <div class="heading">
        <div>
          <p class="eyebrow">{own.draft}</p>
          <h1>{promo.name}</h1>
          <p class="lead">
            <a href={`/admin/items/${chosen.item.id}`}>{chosen.item.title}</a>
            {' · '}
            {namedMinuteText(promo.startAt, view)}
          </p>
        </div>
      </div>
      <Notice text={own.saved} isState />
      <div class="draft-parts">
        <div>
          <Warnings {...props} stage={null} />
          <Terms view={view} promo={promo} chosen={chosen} />
        </div>
        <Onward {...props} />
      </div>
      <BuyersView {...props} />
    </Frame>
  );
}

function Onward({ view, promo, warnings }: PreviewProps) {
  const own = textsOfDrafts(view).preview;
  const path = draftPath(promo.id);
  const isBlocked = warnings.some(isInTheWay);
  return (
    <section class="panel onward-of-draft" aria-labelledby="onward-title">
      <h2 id="onward-title">{own.go}</h2>
      {isBlocked ? (
        <p class="notice">{own.cannot}</p>
      ) : (
        <a class="primary" href={`${path}/publish`}>
          {own.publish}
        </a>
      )}
      <a class="secondary" href={editPath(promo.id, 'what')}>
        {own.edit}
      </a>
      <a class="secondary" href="/admin">
        {own.keep}
      </a>
      <a class="secondary" href={`${path}/delete`}>
        {own.delete}
      </a>
    </section>
  );
}
