/** All terms of a draft in words, each with the way to change it. */

import type { PromoRow } from '../../../../db/sql.ts';
import { queueOpensAt } from '../../../../shop/draft-promo.ts';
import type { View } from '../../layout.tsx';
import { minuteText, namedMinuteText } from '../../minute-text.ts';
import { fill } from '../../texts.ts';
import { ownTexts } from '../frame.tsx';
import { type ChosenItem, draftPath, type Stage, stages } from './parts.tsx';
import { lengthText, numberText, priceText, textsOfDrafts } from './words.ts';

interface TermsProps {
  view: View;
  promo: PromoRow;
  chosen: ChosenItem;
}

export function Terms(props: TermsProps) {
  const { view, promo } = props;
  const own = textsOfDrafts(view);
  const terms = { what: whatOf(props), when: whenOf(props), who: whoOf(props) };
  return (
    <section class="panel terms" aria-labelledby="terms-title">
      <h2 id="terms-title">{own.preview.terms}</h2>
      {stages.map((stage) => (
        <div class="of-stage">
          <h3>{own.stages[stage]}</h3>
          <a
            href={editPath(promo.id, stage)}
            aria-label={fill(own.preview.editOf, { what: own.stages[stage] })}
          >
            {own.preview.edit}
          </a>
          <dl>
            {terms[stage].map(([name, text]) => (
              <div>
                <dt>{name}</dt>
                <dd>{text}</dd>
              </div>
            ))}
          </dl>
        </div>
      ))}
    </section>
  );
}

export function editPath(id: number, stage: Stage): string {
  return `${draftPath(id)}/edit?step=${stage}`;
}

type Term = [name: string, text: string];

function whatOf({ view, chosen: { item, row } }: TermsProps): Term[] {
  const { terms: own } = textsOfDrafts(view);
  const left = numberText(row.left, view);
  return [[own.item, fill(own.itemText, { title: item.title, left })]];
}

function whenOf({ view, promo, chosen }: TermsProps): Term[] {
  const { terms: own } = textsOfDrafts(view);
  const { name, price, startAt, endAt, limitPerUser, payWindowS } = promo;
  const start = namedMinuteText(startAt, view);
  const end = minuteText(endAt, view);
  const length = lengthText(endAt - startAt, view);
  const pay = fill(own.payText, { length: lengthText(payWindowS * 1_000, view) });
  return [
    [own.name, name],
    [own.price, priceText(price, chosen.row.price, view)],
    [own.when, fill(own.whenText, { start, end, length })],
    [ownTexts(view).promo.limitPerUser, numberText(limitPerUser, view)],
    [own.pay, price === 0 ? own.free : pay],
  ];
}

function whoOf({ view, promo, chosen }: TermsProps): Term[] {
  const { terms: own, who } = textsOfDrafts(view);
  const { queue, startAt, gateFactor, admitS, captcha } = promo;
  const opensAt = queueOpensAt(promo);
  const length = lengthText(startAt - opensAt, view);
  const opening = fill(own.openingText, { time: namedMinuteText(opensAt, view), length });
  const n = numberText(gateFactor * chosen.row.left, view);
  return [
    [own.queue, fill(own.queueText, who.queues[queue])],
    ...(queue === 'draw' ? ([[own.opening, opening]] satisfies Term[]) : []),
    [own.gate, fill(own.gateText, { factor: numberText(gateFactor, view), n })],
    [own.admit, fill(own.admitText, { length: lengthText(admitS * 1_000, view) })],
    [own.captcha, captcha ? own.captchas.on : own.captchas.off],
  ];
}
