/** Answers about orders: to who places, reads or cancels one. */
import {
  archivedMark,
  type Cancel,
  code,
  orderStatus,
  type Place,
  type Read,
  type Reply,
} from '../../actors/protocol.ts';
import { tokenKey } from './auditor.ts';
import { type DurableOrder, since } from './durable-item.ts';
import type { Judged } from './judged.ts';

/** What is wrong with an answer to an order, or null. */
export function wrongPlace(judged: Judged, command: Place, reply: Reply): string | null {
  const { history, knownSeq } = judged;
  const key = tokenKey(command);
  const bought = judged.bought(key);
  if (reply.code === code.ok) {
    if (bought === undefined) return 'I2: the order is not durable';
    if (reply.order?.n !== bought.n || command.amount !== bought.amount)
      return 'I3: another answer';
    if (!reply.repeated && judged.isTold(key)) return 'I3: placed twice';
    if (!reply.repeated) judged.tell(key);
    return wrongView(judged, reply);
  }
  if (reply.code === code.ended && bought !== undefined && bought.n <= history.plain.archived)
    return null;
  const spent = bought !== undefined && bought.seq <= knownSeq;
  if (spent && bought.amount === command.amount) return 'I3: another answer than the first';
  if (spent && reply.code !== code.usedOtherwise)
    return 'I3: the token was spent on another amount';
  if (reply.code === code.usedOtherwise)
    return bought === undefined ? 'I2: the first order is not durable' : null;
  if (reply.code === code.outOfStock) {
    return since(history.left, knownSeq).some((left) => left < command.amount)
      ? null
      : 'I9, I2: refused for stock while units were left';
  }
  if (reply.code === code.limitReached) return unlimited(judged, command, command.amount);
  if (reply.code === code.tokenExpired) return null;
  return wrongRefusal(judged, command.promo, reply);
}

/** A refusal that says that nobody can buy, or be let in, under a promo or at the normal price. */
export function wrongRefusal(judged: Judged, promo: number, reply: Reply): string | null {
  const { history, moments, knownSeq } = judged;
  const said = (holds: boolean, what: string) => (holds ? null : `I2: ${what}`);
  switch (reply.code) {
    case code.notOnSale: {
      const publishedSeq = history.published.get(promo);
      const unknown = publishedSeq === undefined || publishedSeq > knownSeq;
      const closed = promo === 0 && moments.some(({ normalSale }) => !normalSale);
      return said(unknown || closed, 'the item is on sale');
    }
    case code.promoOnly: {
      const promos = moments.flatMap((moment) => [...moment.promos.values()]);
      return said(promo === 0 && promos.some(({ ended }) => !ended), 'there is no promo');
    }
    case code.paused:
      return said(
        moments.some((moment) => moment.promos.get(promo)?.paused === true),
        'it was never paused',
      );
    case code.notStarted:
    case code.ended:
      return said(
        promo !== 0 || history.plain.archivedPromos.has(0),
        'what has no start and no end',
      );
    default:
      return 'no answer to this command';
  }
}

/** Whether a user was never near their limit. */
export function unlimited(
  { history, moments, knownSeq }: Judged,
  { user, promo }: { user: number; promo: number },
  amount: number,
): string | null {
  const held = [0, ...since(history.units.get(`${user}/${promo}`) ?? [], knownSeq)];
  const limits = moments.map((moment) =>
    promo === 0 ? moment.normalLimit : (moment.promos.get(promo)?.limit ?? 0),
  );
  const most = Math.max(...held) + amount;
  return limits.some((limit) => most > limit) ? null : 'I2: the limit is not reached';
}

/** What is wrong with an answer about an order, or null; `then` judges one about an order that is there. */
export function wrongOrder(
  judged: Judged,
  command: { n: number; user: number },
  reply: Reply,
  then: (order: DurableOrder, statuses: readonly number[]) => string | null,
): string | null {
  const order = judged.history.orders[command.n - 1];
  const own = order !== undefined && (command.user === 0 || order.user === command.user);
  if (reply.code === code.notFound && reply.about === archivedMark) {
    return command.n <= judged.history.plain.archived ? null : 'I2: the order is not archived';
  }
  if (reply.code === code.notFound) {
    return own && order.seq <= judged.knownSeq ? 'the order is there' : null;
  }
  if (!own) return 'I2: the order is not durable';
  return then(
    order,
    since(order.views, judged.knownSeq).map(({ status }) => status),
  );
}

export function wrongReadOrCancel(
  judged: Judged,
  command: Read | Cancel,
  reply: Reply,
): string | null {
  return wrongOrder(judged, command, reply, (_, statuses) => {
    if (reply.code === code.ok) {
      const cancelled = reply.order?.status === orderStatus.cancelled;
      return command.type === 'cancel' && !cancelled ? 'not cancelled' : wrongView(judged, reply);
    }
    if (command.type === 'read' || reply.code !== code.wrongState) return 'no answer to this';
    return statuses.some((status) => status !== orderStatus.placed) ? null : 'I2: still placed';
  });
}

/** The order in an answer must be as the journal has it, or had it since the command was taken. */
export function wrongView({ history, knownSeq }: Judged, { order }: Reply): string | null {
  if (order === null) return 'no order in the answer';
  const views = since(history.orders[order.n - 1]?.views ?? [], knownSeq);
  const told = JSON.stringify(order);
  return views.some((view) => JSON.stringify(view) === told)
    ? null
    : 'I2: the order was not durable in this state';
}
