/** "Tell me" beside a coming sale, and the sales that a user waits for in their account. */
import type { AwaitedSale } from '../../../../shop/reminders/awaited-sales.ts';
import type { View } from '../../layout.tsx';
import { fill } from '../../texts.ts';
import { Timed } from '../timed.tsx';
import { tellTexts } from './tell-texts.ts';

interface Told {
  itemId: number;
  promoId: number;
  title: string;
}

interface TellProps {
  view: View;
  sale: Told;
  /** Whether it is a draw that cannot be joined yet. */
  /** Whether it is a draw that cannot be joined yet. */
  isClosedDraw: boolean;
  /** In a list there is no room to say what it does. */
  isShort?: boolean;
}

export function TellMe({ view, sale, isClosedDraw, isShort = false }: TellProps) {
  const own = tellTexts[view.visitor.language];
  const { itemId, promoId, title } = sale;
  const isKept = view.awaits?.promoIds.has(promoId) === true;
  return (
    <div class="tell" id={`tell-${promoId}`} data-tell>
      {isKept ? (
        <p class="kept">
          <span aria-hidden="true">✔</span> {own.kept} <NoLonger view={view} sale={sale} />
        </p>
      ) : (
        <TellForm view={view} sale={sale} choice="tell">
          <button type="submit" class="secondary">
            {isClosedDraw ? own.tellMeDraw : own.tellMe}
            <span class="visually-hidden">: {title}</span>
          </button>
        </TellForm>
      )}
      <p>
        <a
          href={`/items/${itemId}/sale.ics?promo=${promoId}`}
          aria-label={fill(own.calendarOf, { title })}
        >
          {own.calendar}
        </a>
      </p>
      {!isKept && !isShort && <p class="hint">{own.toldHint}</p>}
    </div>
  );
}

function NoLonger({ view, sale }: { view: View; sale: Told }) {
  const own = tellTexts[view.visitor.language];
  return (
    <TellForm view={view} sale={sale} choice="stop">
      <button type="submit" class="plain" aria-label={fill(own.noLongerOf, { title: sale.title })}>
        {own.noLonger}
      </button>
    </TellForm>
  );
}

interface FormProps {
  view: View;
  sale: Told;
  choice: 'tell' | 'stop';
  children: unknown;
}

function TellForm({ view, sale: { itemId, promoId }, choice, children }: FormProps) {
  return (
    <form method="post" action={`/items/${itemId}/tell`}>
      <input type="hidden" name="promo" value={promoId} />
      <input type="hidden" name="choice" value={choice} />
      <input type="hidden" name="back" value={view.visitor.path} />
      {children}
    </form>
  );
}

/** Those that are on come first. Its script counts down. */
export function AwaitedList({ view, sales }: { view: View; sales: readonly AwaitedSale[] }) {
  if (sales.length === 0) return null;
  const own = tellTexts[view.visitor.language];
  return (
    <section class="awaited" aria-labelledby="awaited-title">
      <h2 id="awaited-title">{own.title}</h2>
      <ul>
        {sales.toSorted(byUrgency).map((sale) => (
          <Awaited view={view} sale={sale} />
        ))}
      </ul>
    </section>
  );
}

const ranks = { running: 0, paused: 1, pending: 2, draft: 2, ended: 3, withdrawn: 3 };

function byUrgency(a: AwaitedSale, b: AwaitedSale): number {
  return ranks[a.status] - ranks[b.status] || a.startAt - b.startAt;
}

function Awaited({ view, sale }: { view: View; sale: AwaitedSale }) {
  const own = tellTexts[view.visitor.language];
  const { item, promo, status, startAt, endAt, opensAt } = sale;
  const { queue } = promo;
  const told = { itemId: item.id, promoId: promo.id, title: item.title };
  const isOver = status === 'ended' || status === 'withdrawn';
  const isOpen = status === 'running' || (status === 'pending' && view.now >= opensAt);
  const times = { startAt, endAt, opensAt, queue, paused: status === 'paused' };
  return (
    <li
      data-state={status}
      id={`tell-${promo.id}`}
      {...(isOver ? {} : { 'data-awaited': JSON.stringify(times) })}
    >
      <h3>
        <a href={`/items/${item.id}`}>{item.title}</a>
      </h3>
      <p>{promo.name}</p>
      <p class="state">
        {/* Its script puts the countdown here. */}
        <strong data-left>{stateText(view, status)}</strong>
        <When view={view} sale={sale} />
      </p>
      <div class="actions">
        <a class="primary" href={`/items/${item.id}`} data-go hidden={!isOpen}>
          {own.go}
        </a>
        {status === 'pending' && (
          <a
            href={`/items/${item.id}/sale.ics?promo=${promo.id}`}
            aria-label={fill(own.calendarOf, { title: item.title })}
          >
            {own.calendar}
          </a>
        )}
        <NoLonger view={view} sale={told} />
      </div>
    </li>
  );
}

function stateText({ visitor }: View, status: AwaitedSale['status']): string {
  const own = tellTexts[visitor.language];
  const { running, paused, ended, withdrawn } = own;
  return { running, paused, ended, withdrawn, pending: own.coming, draft: own.coming }[status];
}

/** When a sale that is to come begins, or its draw can be joined. */
function When({ view, sale }: { view: View; sale: AwaitedSale }) {
  const { promo, status, startAt, opensAt } = sale;
  if (status !== 'pending') return null;
  const own = tellTexts[view.visitor.language];
  const isOpen = view.now >= opensAt;
  const ofDraw = isOpen ? own.drawJoin : own.drawOpens;
  const text = promo.queue === 'draw' ? ofDraw : own.starts;
  return (
    <span>
      <Timed view={view} text={text} at={isOpen ? startAt : opensAt} />
    </span>
  );
}
