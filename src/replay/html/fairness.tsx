/** How fair a promo was, in two charts and in words. */
import type { Fairness } from '../audit/fairness.ts';
import { number, percent } from '../format.ts';
import { BandsChart, OrderOfPurchase } from './fairness-charts.tsx';
import { Facts, Figure, Table } from './parts.tsx';

interface FairnessProps {
  item: number;
  name: string;
  fairness: Fairness;
}

export function FairnessFigures({ item, name, fairness }: FairnessProps) {
  const { promo, admitted, buyers, direct, correlation, bands, sample } = fairness;
  const id = `i${item}-p${promo}`;
  const both = buyers - direct;
  return (
    <section class="fairness" id={id}>
      <h4>Fairness of {name}</h4>
      <p class="verdict-line">{meaning(correlation)}</p>
      <Facts
        facts={[
          ['Admitted', number(admitted)],
          ['Admitted who bought', number(both)],
          ['Bought without admission', number(direct)],
          ["Spearman's ρ", correlation === null ? '-' : correlation.toFixed(3)],
        ]}
      />
      <Figure
        title="Order of admission against order of purchase"
        note={
          <>
            {number(sample.length)} of {number(buyers)} buyers. The closer the dots lie to one
            rising line, the more the order of purchase followed that of admission; a dot high above
            the others is a buyer who came early and bought late.
            {direct > 0
              ? ` The ticks at the left are buyers who never passed the gate: ${number(direct)} came with purchase tokens that the merchant gave out.`
              : ''}
          </>
        }
        chart={
          <OrderOfPurchase id={`${id}-order`} admitted={admitted} buyers={buyers} sample={sample} />
        }
        table={<SampleTable fairness={fairness} />}
      />
      {bands.length === 0 ? null : (
        <Figure
          title="Who bought, by order of admission"
          note="The admitted users in ten groups, the first on the left, and the share of each that bought."
          chart={<BandsChart id={`${id}-bands`} bands={bands} />}
          table={
            <Table
              caption={`Promo ${promo}: who bought`}
              head={['admitted as', 'users', 'bought', 'share']}
              rows={bands.map(({ first, last, bought }) => [
                `${number(first)} to ${number(last)}`,
                number(last - first + 1),
                number(bought),
                percent(bought / (last - first + 1)),
              ])}
            />
          }
        />
      )}
    </section>
  );
}

/** Some of the buyers, evenly over the purchase. */
function SampleTable({ fairness: { promo, sample } }: { fairness: Fairness }) {
  const step = Math.max(1, Math.ceil(sample.length / 10));
  const rows = sample
    .filter((_, index) => index % step === 0)
    .map(([admission, purchase]) => [
      number(purchase),
      admission === 0 ? 'not admitted' : number(admission),
    ]);
  return (
    <Table
      caption={`Promo ${promo}: some buyers`}
      head={['bought as', 'admitted as']}
      rows={rows}
      left={[]}
    />
  );
}

function meaning(correlation: number | null): string {
  if (correlation === null) return 'Too few admitted users bought for an order to show.';
  const words: [least: number, text: string][] = [
    [0.9, 'Users admitted first bought first, almost without exception.'],
    [0.6, 'Users admitted earlier mostly bought earlier.'],
    [0.2, 'Users admitted earlier tended to buy earlier.'],
    [-0.2, 'The order of admission made little difference to the order of purchase.'],
    [-1, 'Users admitted later tended to buy earlier.'],
  ];
  return words.find(([least]) => correlation >= least)![1];
}
