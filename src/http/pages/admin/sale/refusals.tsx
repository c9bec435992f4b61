/** Who could not buy, in plain words, and what a merchant may do about it. */
import type { Sale } from '../../../../shop/sale/read-sale.ts';
import type { ErrorCode } from '../../../wire/messages.ts';
import type { View } from '../../layout.tsx';
import { fill } from '../../texts.ts';
import { numberText } from './figures.tsx';
import { type Reason, saleTexts } from './sale-texts.ts';

interface RefusalsProps {
  view: View;
  sale: Sale;
  /** Of the item since the engine started, by code. */
  counts: Record<string, number>;
}

const outOfStock = '30001';

export function Refusals({ view, sale, counts }: RefusalsProps) {
  const own = saleTexts[view.visitor.language];
  // Those for stock are in the journal, and so are known of the sale alone, whenever it was.
  const all = { ...counts, [outOfStock]: sale.figures.refused };
  const rows = Object.entries(all)
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a);
  return (
    <section aria-labelledby="refusals">
      <h2 id="refusals">{own.refusalsTitle}</h2>
      {rows.length === 0 ? (
        <p class="hint">{own.noRefusals}</p>
      ) : (
        <>
          <p class="hint">{own.refusalsHint}</p>
          <table class="board why">
            <thead>
              <tr>
                <th scope="col">{own.reason}</th>
                <th scope="col">{own.times}</th>
                <th scope="col">{own.help}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(([code, count]) => {
                const { why, help = '' } = reasonOf(code, view);
                return (
                  <tr>
                    <th scope="row">{why}</th>
                    <td data-label={own.times}>{numberText(count, view)}</td>
                    <td class="wide">{help}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </>
      )}
      <p>
        <a href={`/admin/search?item=${sale.item.id}`}>{own.searchLink}</a>
      </p>
    </section>
  );
}

function reasonOf(code: string, { visitor }: View): Reason {
  const { reasons, otherReason } = saleTexts[visitor.language];
  const known = reasons[Number(code) as ErrorCode]; // One that is none has no reason here.
  return known ?? { why: fill(otherReason, { code }) };
}
