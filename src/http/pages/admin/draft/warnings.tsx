/** What to know of a draft before it is published, each with the way to where it can be changed. */
import type { PromoRow } from '../../../../db/sql.ts';
import { isInTheWay, type Warning, type WarningCode } from '../../../../shop/promo-warnings.ts';
import { warningParts } from '../../../wire/promo-texts.ts';
import type { View } from '../../layout.tsx';
import { draftPath, type Stage } from './parts.tsx';
import { editPath } from './terms.tsx';
import { textsOfDrafts } from './words.ts';

interface WarningsProps {
  view: View;
  promo: PromoRow;
  warnings: Warning[];
  /** The step that they are shown in: no way leads to that. */
  stage: Stage | null;
}

/** The step in which what a warning speaks of can be changed; the others are changed in the second. */
const stageOf: Partial<Record<WarningCode, Stage>> = {
  admissionsOutliveSale: 'who',
  gateLeavesUnits: 'who',
  noTimeToJoinDraw: 'who',
  queueOpenAtUnused: 'who',
};

export function Warnings({ view, promo, warnings, stage }: WarningsProps) {
  const own = textsOfDrafts(view).preview;
  if (warnings.length === 0) return null;
  return (
    <section class="panel draft-warnings" aria-labelledby="warnings-title">
      <h2 id="warnings-title">{own.warnings}</h2>
      <ul>
        {warnings.map((warning) => {
          const { code, other } = warning;
          const { before, link, after } = warningParts(warning, view.visitor.language);
          const at = stageOf[code] ?? 'when';
          const isStock = code === 'nothingLeft';
          const path = isStock ? `/admin/items/${promo.itemId}#restock` : editPath(promo.id, at);
          return (
            <li data-warning={code} data-blocks={isInTheWay(warning) ? 'true' : undefined}>
              <p>
                {before}
                {other !== null && <a href={otherPath(other)}>{link}</a>}
                {after}
              </p>
              {(isStock || at !== stage) && <a href={path}>{own.change}</a>}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function otherPath({ id, isPublished }: NonNullable<Warning['other']>): string {
  return isPublished ? draftPath(id) : `${draftPath(id)}/preview`;
}
