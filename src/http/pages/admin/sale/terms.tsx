/** The terms of a sale. */
import type { Sale } from '../../../../shop/sale/read-sale.ts';
import { waitText } from '../../../wire/messages.ts';
import type { View } from '../../layout.tsx';
import { minuteText } from '../../minute-text.ts';
import { money } from '../../money.ts';
import { fill } from '../../texts.ts';
import { saleTexts } from './sale-texts.ts';

export function Terms({ view, sale }: { view: View; sale: Sale }) {
  const { terms: own, termsTitle } = saleTexts[view.visitor.language];
  const { promo, row, state } = sale;
  const { queue, queueOpenAt } = promo;
  const wait = (seconds: number) => waitText(seconds * 1000, view.visitor.language);
  const normal = fill(own.normalPrice, { price: money(row.price, view) });
  const rows: [string, string][] = [
    [own.price, `${money(promo.price, view)} (${normal})`],
    [own.limit, String(promo.limitPerUser)],
    [own.queue, own.queues[queue]],
    ...(queue === 'draw' && queueOpenAt !== null
      ? [[own.queueOpenAt, minuteText(queueOpenAt, view)] satisfies [string, string]]
      : []),
    [own.gate, fill(own.gateText, { n: promo.gateFactor })],
    [own.admit, wait(promo.admitS)],
    [own.pay, wait(promo.payWindowS)],
    [own.captcha, promo.captcha ? own.yes : own.no],
  ];
  return (
    <section class="terms" aria-labelledby="terms">
      <h2 id="terms">{termsTitle}</h2>
      <dl>
        <div>
          <dt>{own.time}</dt>
          <dd>
            <span class="moment">{minuteText(promo.startAt, view)}</span> –{' '}
            <span class="moment">{minuteText(state.endAt, view)}</span>
          </dd>
        </div>
        {rows.map(([name, text]) => (
          <div>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
