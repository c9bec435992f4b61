/** What the steps of a sale have in common. */
import type { Child } from 'hono/jsx';
import type { BoardRow } from '../../../../../actors/memory/board.ts';
import type { CatalogItem } from '../../../../catalog/item.ts';
import { Picture } from '../../buyers/offer.tsx';
import type { View } from '../../layout.tsx';
import { money } from '../../money.ts';
import { fill } from '../../texts.ts';
import { Frame } from '../frame.tsx';
import { numberText, textsOfDrafts } from './words.ts';

/** An item that is open, as it stands. */
export interface ChosenItem {
  item: CatalogItem;
  row: BoardRow;
}

/** The draft that is edited; null for a sale that is not one yet. */
export type DraftId = number | null;

export const draftPath = (id: number) => `/admin/sales/${id}`;

export const stages = ['what', 'when', 'who'] as const;
export type Stage = (typeof stages)[number];

interface StepProps {
  view: View;
  draft: DraftId;
  stage: Stage;
  children: Child;
}

export function Step({ view, draft, stage, children }: StepProps) {
  const own = textsOfDrafts(view);
  const title = draft === null ? own.title : own.editTitle;
  const now = stages.indexOf(stage);
  return (
    <Frame
      view={view}
      title={`${own[stage].title} · ${title}`}
      script="admin-draft.js"
      styles={['admin-draft.css']}
    >
      <div class="making">
        <p class="eyebrow">{title}</p>
        <ol class="stages" aria-label={own.stages.label}>
          {stages.map((each, index) => (
            <li
              data-passed={index < now ? 'true' : undefined}
              aria-current={each === stage ? 'step' : undefined}
            >
              <span aria-hidden="true">{index + 1}</span> {own.stages[each]}
            </li>
          ))}
        </ol>
        <h1>{own[stage].title}</h1>
        {children}
      </div>
    </Frame>
  );
}

/** What is sold, in one line. */
export function ItemLine({ view, chosen, children }: ItemLineProps) {
  const { item, row } = chosen;
  const own = textsOfDrafts(view);
  return (
    <span class="item-line">
      <Picture item={item} />
      <span>
        <strong>{item.title}</strong>
        <span class="hint">
          {money(row.price, view)} · {fill(own.what.left, { n: numberText(row.left, view) })}
          {children}
        </span>
      </span>
    </span>
  );
}

interface ItemLineProps {
  view: View;
  chosen: ChosenItem;
  children?: Child;
}

/** What was typed in a step, as fields that nobody sees. */
export function Carried({ values }: { values: Record<string, string> }) {
  return (
    <>
      {Object.entries(values).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
    </>
  );
}
