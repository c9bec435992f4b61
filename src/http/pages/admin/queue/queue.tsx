/** `/admin/queue`: the queues and draws that are not over, and where one buyer stands. */
import { queueOpensAt } from '../../../../shop/draft-promo.ts';
import { queues, type ShownQueue, type Stands, standsOf } from '../../../../shop/queues.ts';
import type { AppParts } from '../../../parts.ts';
import type { View } from '../../layout.tsx';
import { minuteText } from '../../minute-text.ts';
import type { Made } from '../../page.tsx';
import { fill } from '../../texts.ts';
import { Columns, empty, Field, type Filled, Frame, Heading, Notice } from '../frame.tsx';
import { salesTexts } from '../sales/sales-texts.ts';
import { namedUser } from '../search/known-user.ts';
import { queueTexts } from './queue-texts.ts';

interface Found {
  user: number;
  itemId: number;
  saleName: string;
  stands: Stands;
}

export async function queuePage(
  parts: AppParts,
  view: View,
  query: Record<string, string>,
): Promise<Made> {
  const shown = await queues(parts);
  const asked = await answerOf(parts, view, shown, query);
  const status =
    asked.filled.errors.user === undefined && asked.filled.errors.sale === undefined ? 200 : 400;
  return { page: <QueuePage view={view} shown={shown} {...asked} />, status };
}

interface Asked {
  filled: Filled;
  found: Found | null;
}

/** Where the buyer stands that a query names; nothing where it names none. */
async function answerOf(
  parts: AppParts,
  view: View,
  shown: readonly ShownQueue[],
  query: Record<string, string>,
): Promise<Asked> {
  const own = queueTexts[view.visitor.language];
  const { user: whose } = query;
  if (whose === undefined) return { filled: empty, found: null };
  const refuse = (errors: Record<string, string>, message: string | null = null): Asked => ({
    filled: { values: query, errors, message },
    found: null,
  });
  const sale = shown.find(({ sale }) => String(sale.promo.id) === query.sale)?.sale.promo;
  if (sale === undefined) return refuse({ sale: own.wrongSale });
  const named = await namedUser(parts, whose);
  if (named.user === null) {
    return refuse({ user: named.why === 'unknown' ? own.unknownUser : own.wrongUser });
  }
  const { value: stands, refused } = await standsOf(parts, sale.id, named.user);
  if (refused !== null) {
    const isSilent = refused === 10004 || refused === 30002 || refused === 30003;
    return refuse({}, isSilent ? own.unanswered : own.gone);
  }
  const found = { user: named.user, itemId: sale.itemId, saleName: sale.name, stands };
  return { filled: { values: query, errors: {}, message: null }, found };
}

function QueuePage({ view, shown, filled, found }: Asked & { view: View; shown: ShownQueue[] }) {
  const own = queueTexts[view.visitor.language];
  const items = [
    ...new Set(shown.filter(({ counts }) => counts !== null).map(({ sale }) => sale.promo.itemId)),
  ];
  const live =
    items.length === 0 ? {} : { script: 'admin-live.js', data: { selection: items.join('-') } };
  return (
    <Frame view={view} title={own.title} {...live}>
      <Heading title={own.title} lead={own.lead}>
        {items.length > 0 && <p class="live-state" data-live role="status"></p>}
        <a href="/admin/search">{own.others}</a>
      </Heading>
      {shown.length === 0 ? (
        <p class="empty">{own.none}</p>
      ) : (
        <>
          <QueueTable view={view} shown={shown} />
          <FindBuyer view={view} shown={shown} filled={filled} found={found} />
        </>
      )}
    </Frame>
  );
}

function QueueTable({ view, shown }: { view: View; shown: ShownQueue[] }) {
  const own = queueTexts[view.visitor.language];
  const { states } = salesTexts[view.visitor.language];
  const numbers = ['waiting', 'outstanding', 'room', 'held', 'left'] as const;
  return (
    <table class="board queues">
      <Columns names={[own.sale, own.how, own.state, ...numbers.map((name) => own[name])]} />
      <tbody>
        {shown.map(({ sale: { promo, itemTitle, status }, counts }) => (
          <tr
            {...(counts === null ? {} : { 'data-item': promo.itemId, 'data-states': promo.itemId })}
          >
            <th scope="row">
              <a href={`/admin/sales/${promo.id}`}>{promo.name}</a>
              <span class="hint">{itemTitle}</span>
            </th>
            <td data-label={own.how}>{promo.queue === 'draw' ? own.draw : own.fifo}</td>
            <td data-label={own.state}>
              <span class="state" data-promo={promo.id} data-state={status}>
                {states[status]}
              </span>
              {promo.queue === 'draw' && view.now < queueOpensAt(promo) && (
                <span class="hint">
                  {fill(own.opens, { time: minuteText(queueOpensAt(promo), view) })}
                </span>
              )}
            </td>
            {numbers.map((name) => (
              <td data-label={own[name]} {...(counts === null ? {} : { 'data-value': name })}>
                {counts === null ? own.notYet : counts[name]}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function FindBuyer({ view, shown, filled, found }: Asked & { view: View; shown: ShownQueue[] }) {
  const own = queueTexts[view.visitor.language];
  const options = Object.fromEntries(
    shown.map(({ sale }) => [String(sale.promo.id), `${sale.promo.name} · ${sale.itemTitle}`]),
  );
  return (
    <section class="find-buyer" id="buyer">
      <h2>{own.find}</h2>
      <form method="get" action="/admin/queue#buyer" class="search">
        <Field form="queue" name="sale" label={own.sale} filled={filled} options={options} />
        <Field
          form="queue"
          name="user"
          label={own.user}
          filled={filled}
          input={{ required: true }}
        />
        <button type="submit" class="primary">
          {own.submit}
        </button>
      </form>
      <Notice text={filled.message} isError />
      {found !== null && (
        <p class="notice" role="status">
          {fill(own.who, { user: found.user, sale: found.saleName })} {standsText(found, view)}{' '}
          <a href={`/admin/search?item=${found.itemId}&user=${found.user}`}>{own.why}</a>
        </p>
      )}
    </section>
  );
}

function standsText({ stands }: Found, view: View): string {
  const { stands: texts, eta } = queueTexts[view.visitor.language];
  if (stands.bought) return texts.bought;
  const { state, ahead, waiting, until, etaSeconds } = stands.standing;
  switch (state) {
    case 'none':
      return texts.none;
    case 'drawing':
      return fill(texts.drawing, { others: waiting - 1 });
    case 'admitted':
      return fill(texts.admitted, { time: minuteText(until, view) });
    case 'waiting': {
      const place = fill(texts.waiting, { place: ahead + 1, waiting, ahead });
      return etaSeconds < 0
        ? place
        : `${place} ${fill(eta, { minutes: Math.ceil(etaSeconds / 60) })}`;
    }
  }
}
