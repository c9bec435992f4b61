/** `/admin/sales/:promoId/report`: the report of a sale's item, or how far it is, and the button that has it made. */

import type { ItemRow, PromoRow } from '../../../../db/sql.ts';
import type { Made, Making } from '../../../../reports/report-files.ts';
import type { ReportState } from '../../../../reports/reporter.ts';
import { waitText } from '../../../wire/messages.ts';
import { languageTag, type View } from '../../layout.tsx';
import { minuteText } from '../../minute-text.ts';
import { fill } from '../../texts.ts';
import { Frame, Notice } from '../frame.tsx';
import { numberText } from './figures.tsx';
import { saleTexts } from './sale-texts.ts';

interface ReportProps {
  view: View;
  promo: PromoRow;
  item: ItemRow;
  state: ReportState;
  /** Why a report could not begin just now. */
  trouble: string | null;
  /** What stands for a try that never ended. */
  interrupted: string;
}

export function ReportPage(props: ReportProps) {
  const { view, promo, item, state, trouble } = props;
  const { report: own } = saleTexts[view.visitor.language];
  const path = `/admin/sales/${promo.id}`;
  const { making, made } = state;
  const isMaking = making?.item === item.id;
  return (
    <Frame view={view} title={own.title} script="admin-report.js" styles={['admin-sale.css']}>
      <p class="eyebrow">
        <a href={path}>{promo.name}</a> · {item.title}
      </p>
      <h1>{own.title}</h1>
      <p class="lead">{fill(own.lead, { title: item.title })}</p>
      <Notice text={trouble} isError />
      <div data-part="report" data-making={String(isMaking)} class="report">
        {isMaking && making !== null && <HowFar view={view} making={making} />}
        {!isMaking && <Failure {...props} />}
        {made !== null && <Result view={view} promo={promo} made={made} />}
        {made === null && !isMaking && <p class="hint">{own.none}</p>}
        {!isMaking && (
          <form method="post" action={`${path}/report`} data-once>
            <button type="submit" class={made === null ? 'primary' : 'secondary'}>
              {made === null ? own.make : own.again}
            </button>
            <p class="hint">{own.beside}</p>
          </form>
        )}
      </div>
      <p class="links">
        <a href={path}>{own.back}</a>
      </p>
    </Frame>
  );
}

function Failure({ view, item, state, trouble, interrupted }: ReportProps) {
  const { report: own } = saleTexts[view.visitor.language];
  const { making, failed } = state;
  if (making !== null && making.item !== item.id)
    return <Notice text={fill(own.other, { id: making.item })} isState />;
  if (failed === null || trouble !== null) return null;
  const isCut = failed.why === interrupted;
  return <Notice text={isCut ? own.interrupted : fill(own.failed, { why: failed.why })} isError />;
}

function HowFar({ view, making }: { view: View; making: Making }) {
  const { report: own } = saleTexts[view.visitor.language];
  const { read, expected } = making;
  const share = expected === 0 ? 0 : Math.min(1, read / expected);
  const percent = new Intl.NumberFormat(languageTag(view.visitor), { style: 'percent' });
  const told = {
    share: percent.format(share),
    n: numberText(read, view),
    all: numberText(expected, view),
  };
  const text = expected === 0 ? own.beginning : fill(own.making, told);
  return (
    <div class="how-far" role="status">
      <p>{text}</p>
      <progress max={1} value={share} aria-label={own.beginning}></progress>
      <noscript>
        <p class="hint">{own.reload}</p>
      </noscript>
    </div>
  );
}

function Result({ view, promo, made }: { view: View; promo: PromoRow; made: Made }) {
  const { report: own } = saleTexts[view.visitor.language];
  const number = (value: number) => numberText(value, view);
  const refused = { n: number(made.refused), wrong: number(made.refusedWhileLeft) };
  const buyers = made.buyers.find(([promoId]) => promoId === promo.id)?.[1] ?? 0;
  const rows: [string, string][] = [
    [own.at, minuteText(made.at - (made.at % 1_000), view)],
    [own.took, waitText(made.ms, view.visitor.language)],
    [own.entries, number(made.entries)],
    [own.orders, number(made.orders)],
    [own.buyers, number(buyers)],
    [own.refused, fill(own.refusedText, refused)],
  ];
  const document = `/admin/sales/${promo.id}/report/document`;
  return (
    <section class="panel summary">
      <h2 class={made.holds ? 'well' : 'unwell'}>
        {made.holds ? own.holds : fill(own.differs, { n: number(made.differences) })}
      </h2>
      <p>{made.holds ? own.holdsText : own.differsText}</p>
      <dl>
        {rows.map(([name, text]) => (
          <div>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <div class="choice-row">
        <a class="primary" href={document} target="_blank" rel="noopener">
          {own.open}
        </a>
        <a class="secondary" href={`${document}?download`}>
          {own.download}
        </a>
      </div>
    </section>
  );
}
