/** `/admin/webhooks`: whether the shop is told of its orders, and what is in the way. */
import type { WebhookRow, WebhookState } from '../../../../db/webhooks.ts';
import type { ShownWebhooks, WebhooksPage } from '../../../../shop/webhooks/webhooks.ts';
import { listPath, Pages } from '../../item-list.tsx';
import type { View } from '../../layout.tsx';
import { minuteText } from '../../minute-text.ts';
import { fill } from '../../texts.ts';
import { Frame, Heading, Notice } from '../frame.tsx';
import { type WebhooksTexts, webhooksTexts } from './webhooks-texts.ts';

export const webhooksPath = '/admin/webhooks';

interface WebhooksProps {
  view: View;
  shown: ShownWebhooks;
  /** Which events are listed. */
  list: WebhookState;
  page: WebhooksPage;
  isFirst: boolean;
  notice: { text: string; isError: boolean } | null;
}

/** In the order in which they matter. */
const lists = ['waiting', 'givenUp', 'delivered'] as const satisfies readonly WebhookState[];

export function WebhooksPageOf({ view, shown, list, page, isFirst, notice }: WebhooksProps) {
  const own = webhooksTexts[view.visitor.language];
  const isSent = shown.host !== null;
  return (
    <Frame view={view} title={own.title}>
      <Heading title={own.title} lead={own.lead} />
      {notice !== null && <Notice text={notice.text} isError={notice.isError} />}
      <Facts view={view} shown={shown} />
      {isSent && <Wishes own={own} shown={shown} list={list} />}
      <nav class="tabs" aria-label={own.show}>
        {lists.map((state) => (
          <a
            href={listPath(webhooksPath, { show: state === 'waiting' ? null : state })}
            aria-current={state === list ? 'page' : undefined}
          >
            {fill(own.lists[state], { n: shown.counts[state] })}
          </a>
        ))}
      </nav>
      {page.events.length === 0 ? (
        <p class="empty">{own.none[list]}</p>
      ) : (
        <Events view={view} shown={shown} list={list} events={page.events} />
      )}
      <Pages
        list={{ isFirst, next: page.next }}
        pathOf={(cursor) => listPath(webhooksPath, { show: list, cursor })}
        label={own.pages}
        toFirst={own.newest}
        toNext={own.older}
      />
    </Frame>
  );
}

function Facts({ view, shown }: { view: View; shown: ShownWebhooks }) {
  const own = webhooksTexts[view.visitor.language];
  const { host, state, since, why, behind } = shown;
  const time = since === null ? '' : minuteText(since, view);
  const explained = own.explained[state];
  const isWell = state === 'going' || state === 'starting';
  return (
    <dl class="engine">
      <div>
        <dt>{own.state}</dt>
        <dd>
          <span class={isWell ? 'well' : 'unwell'}>
            {isWell ? '✓' : '✗'} {fill(own.states[state], { time })}
          </span>
          {explained !== '' && <p class="hint">{explained}</p>}
          {why !== null && <p class="hint">{fill(own.lastAnswer, { answer: why })}</p>}
        </dd>
      </div>
      {host !== null && (
        <div>
          <dt>{own.receiver}</dt>
          <dd>{host}</dd>
        </div>
      )}
      {host !== null && (
        <div>
          <dt>{own.behind}</dt>
          <dd>{behindText(behind, own)}</dd>
        </div>
      )}
    </dl>
  );
}

function behindText({ entries, ms }: ShownWebhooks['behind'], own: WebhooksTexts): string {
  if (entries === 0) return own.inStep;
  return fill(own.entries, { n: entries, time: spanText(ms) });
}

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
] as const;

/** A span of time as its greatest whole unit. */
function spanText(ms: number): string {
  const [unit, unitMs] = units.find(([, each]) => ms >= each) ?? (['s', 1_000] as const);
  return `${Math.floor(ms / unitMs)} ${unit}`;
}

function Wishes({
  own,
  shown,
  list,
}: {
  own: WebhooksTexts;
  shown: ShownWebhooks;
  list: WebhookState;
}) {
  const isStopped = shown.state === 'stopped' || shown.state === 'differs';
  return (
    <div class="wishes">
      {isStopped && <Wish what="go-on" text={own.goOn} list={list} isMain={true} />}
      {shown.counts.waiting > 0 && !isStopped && <Wish what="all" text={own.all} list={list} />}
      <Wish what="test" text={own.test} list={list} />
    </div>
  );
}

interface WishProps {
  what: string;
  text: string;
  /** The list that is shown again then. */
  list: WebhookState;
  isMain?: boolean;
  about?: string;
  label?: string;
}

function Wish({ what, text, list, isMain = false, about, label }: WishProps) {
  return (
    <form method="post" action={`${webhooksPath}/${what}`} data-once>
      <input type="hidden" name="show" value={list} />
      {about !== undefined && <input type="hidden" name="event" value={about} />}
      <button type="submit" class={isMain ? 'primary' : 'secondary'} aria-label={label}>
        {text}
      </button>
    </form>
  );
}

interface EventsProps {
  view: View;
  list: WebhookState;
  events: readonly WebhookRow[];
  shown: ShownWebhooks;
}

function Events({ view, list, events, shown }: EventsProps) {
  const own = webhooksTexts[view.visitor.language];
  const isStopped = shown.state === 'stopped';
  const isSent = shown.host !== null && !isStopped;
  const isWaiting = list === 'waiting';
  const columns = [own.event, own.order, own.tries, own.answer, ...(isWaiting ? [own.next] : [])];
  const text = isWaiting ? own.tryNow : own.again;
  return (
    <table class="board webhooks">
      <thead>
        <tr>
          {columns.map((name) => (
            <th scope="col">{name}</th>
          ))}
          {isSent && (
            <th scope="col">
              <span class="visually-hidden">{text}</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {events.map((event) => (
          <tr>
            <th scope="row">
              {event.type}
              <span class="hint">{minuteText(event.at, view)}</span>
            </th>
            <td data-label={own.order} class="wide whole">
              {event.orderId === null ? (
                own.noOrder
              ) : (
                <a href={`/admin/orders/${event.orderId}`}>{event.orderId}</a>
              )}
            </td>
            <td data-label={own.tries}>{event.tries}</td>
            <td data-label={own.answer} class="wide">
              <LastAnswer view={view} event={event} />
            </td>
            {isWaiting && (
              <td data-label={own.next} class="wide">
                {nextText(view, event, isStopped)}
              </td>
            )}
            {isSent && (
              <td>
                {(!isWaiting || event.nextTryAt !== null) && (
                  <Wish
                    what="again"
                    text={text}
                    list={list}
                    about={event.id}
                    label={fill(own.againOf, {
                      label: text,
                      type: event.type,
                      order: event.orderId ?? own.noOrder,
                    })}
                  />
                )}
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function LastAnswer({ view, event }: { view: View; event: WebhookRow }) {
  const own = webhooksTexts[view.visitor.language];
  const { triedAt, status, answer, tookMs } = event;
  if (triedAt === null) return <>{own.notTried}</>;
  const said = [status ?? own.noAnswer, answer].filter((part) => part !== null && part !== '');
  return (
    <>
      {said.join(' · ')}
      <span class="hint">
        {minuteText(triedAt, view)} · {fill(own.took, { ms: tookMs ?? 0 })}
      </span>
    </>
  );
}

function nextText(view: View, { nextTryAt }: WebhookRow, isStopped: boolean): string {
  const own = webhooksTexts[view.visitor.language];
  if (nextTryAt === null) return own.behindAnother;
  if (isStopped) return own.whenGoOn;
  return nextTryAt <= view.now ? own.now : minuteText(nextTryAt, view);
}
