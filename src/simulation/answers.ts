/**
 * What buyers and merchants were told, compared with what the journal had durably stored at that moment
 * (I2), with everything told before (I3), and with what the journal holds at the end.
 */
import {
  type Code,
  type Command,
  code,
  type Join,
  type Place,
  type Read,
  type Reply,
} from '../../actors/protocol.ts';
import { type Auditor, type DurableOrder, since, tokenKey, upTo } from './auditor.ts';

/** One sending of a command to an engine. */
export interface Delivery {
  request: number;
  command: Command;
  /** Last sequence the engine knew to be durable when it took the command; -1 before that. */
  knownSeq: number;
  answer: Code | null;
  /** The engine that took it has crashed: it will never be answered. */
  orphaned: boolean;
}

/** Answers that only say that the command was, or may have been, in vain. */
const inVain: readonly Code[] = [code.outcomeUnknown, code.journalUnavailable, code.tooBusy];

export class Answers {
  readonly deliveries: Delivery[] = [];
  readonly #accepted = new Set<string>();
  /** Sendings of each purchase token. */
  readonly #ofToken = new Map<string, Delivery[]>();

  constructor(private readonly audit: Auditor) {}

  /** Records the sending of a command. */
  send(command: Command): Delivery {
    const request = this.deliveries.length;
    const delivery = { request, command, knownSeq: -1, answer: null, orphaned: false };
    this.deliveries.push(delivery);
    if (command.type === 'place') {
      const key = tokenKey(command);
      this.#ofToken.set(key, [...(this.#ofToken.get(key) ?? []), delivery]);
    }
    return delivery;
  }

  /** Records an answer. @throws where it should not have been given. */
  told(delivery: Delivery, reply: Reply): void {
    const { command } = delivery;
    if (delivery.answer !== null) throw new Error(`request ${delivery.request} was answered twice`);
    delivery.answer = reply.code;
    if (inVain.includes(reply.code)) {
      const order = command.type === 'place' && this.audit.tokens.get(tokenKey(command));
      if (order) this.bought(order);
      return;
    }
    const wrong = this.#wrong(delivery, command, reply);
    if (wrong !== null) throw new Error(`${wrong}: ${JSON.stringify({ command, reply })}`);
  }

  /** At the end: what was said to have been done exists, once; nothing else does. @throws */
  settle(): void {
    for (const [item, { restocks }] of this.audit.histories) {
      const sent = this.deliveries.filter((delivery) => isKeylessRestock(delivery, item));
      const least = sent.filter(({ answer }) => answer === code.ok).length;
      const most = sent.filter((delivery) => !nothingDone(delivery)).length;
      if (restocks < least || restocks > most) {
        throw new Error(`item ${item}: ${restocks} restocks, ${least} to ${most} were told`);
      }
    }
  }

  /** An order may not come from sendings that were all told that nothing was done. @throws */
  bought(order: DurableOrder): void {
    const key = tokenKey(order);
    if (!(this.#ofToken.get(key) ?? []).every(nothingDone)) return;
    throw new Error(`I2: told that nothing was done, but ${key} bought order ${order.n}`);
  }

  /** Everything that an engine has taken must be answered by the time it rests. @throws */
  complete(): void {
    const forgotten = this.deliveries.find(
      ({ knownSeq, answer, orphaned }) => knownSeq >= 0 && answer === null && !orphaned,
    );
    if (forgotten !== undefined) throw new Error(`request ${forgotten.request} was never answered`);
  }

  #wrong(delivery: Delivery, command: Command, reply: Reply): string | null {
    const history = this.audit.histories.get(command.item);
    if (history === undefined) {
      return reply.code === code.notOnSale ? null : 'I2: the item is not durable';
    }
    if (reply.code === code.notOnSale && history.openedSeq > delivery.knownSeq) return null;
    switch (command.type) {
      case 'place':
        return this.#wrongPlace(delivery, command, reply);
      case 'join':
        return this.#wrongAdmit(delivery, command, reply);
      case 'pay':
      case 'cancel':
      case 'read':
        return this.#wrongOrder(delivery, command, reply);
      case 'publish':
        if (reply.code !== code.ok) return null;
        return history.promos.has(command.promo) ? null : 'I2: the promo is not durable';
      case 'restock': {
        if (command.key !== 0) {
          const added = history.restockKeys.has(command.key);
          return added || reply.code !== code.ok ? null : 'I2: the restock is not durable';
        }
        const told = this.deliveries.filter(
          (other) => isKeylessRestock(other, command.item) && other.answer === code.ok,
        );
        return history.restocks < told.length ? 'I2: the restock is not durable' : null;
      }
      default:
        return null;
    }
  }

  #wrongPlace({ knownSeq }: Delivery, command: Place, reply: Reply): string | null {
    const { user, promo, amount } = command;
    const key = tokenKey(command);
    const bought = this.audit.tokens.get(key);
    if (reply.code === code.ok) {
      if (bought === undefined) return 'I2: the order is not durable';
      if (reply.order?.n !== bought.n || amount !== bought.amount) return 'I3: another answer';
      if (!reply.repeated && this.#accepted.has(key)) return 'I3: placed twice';
      if (!reply.repeated) this.#accepted.add(key);
      return this.#wrongView(command.item, reply);
    }
    const spent = bought !== undefined && bought.seq <= knownSeq;
    if (spent && bought.amount === amount) return 'I3: another answer than the first';
    if (spent && reply.code !== code.usedOtherwise)
      return 'I3: the token was spent on another amount';
    const history = this.audit.histories.get(command.item)!;
    switch (reply.code) {
      case code.usedOtherwise:
        return bought === undefined ? 'I2: the first order is not durable' : null;
      case code.outOfStock:
        return since(history.left, knownSeq).some((left) => left < amount)
          ? null
          : 'I9, I2: refused for stock while units were left';
      case code.limitReached: {
        const { limit } = history.promos.get(promo)!;
        const held = since(history.units.get(`${user}/${promo}`) ?? [], knownSeq);
        return [0, ...held].some((units) => units + amount > limit)
          ? null
          : 'I2: the limit is not reached';
      }
      case code.notOnSale: {
        const published = history.promos.get(promo);
        return published !== undefined && published.seq <= knownSeq ? 'the item is on sale' : null;
      }
      case code.tokenExpired:
      case code.notStarted:
      case code.ended:
        return null;
      default:
        return 'no answer to an order';
    }
  }

  #wrongAdmit({ knownSeq }: Delivery, { item, user, promo }: Join, reply: Reply): string | null {
    const nonces = this.audit.histories.get(item)!.nonces.get(`${user}/${promo}`) ?? [];
    if (reply.code === code.ok) {
      if (promo !== 0 && nonces.length > 0 && nonces[0]!.value !== reply.standing?.nonce) {
        return 'I3: another nonce than the first';
      }
      return nonces.some(({ value }) => value === reply.standing?.nonce) ? null : 'I2: not durable';
    }
    const sticky = promo !== 0 && upTo(nonces, knownSeq) !== undefined;
    return sticky ? 'I3: the user was admitted before' : null;
  }

  #wrongOrder(
    { knownSeq }: Delivery,
    command: Read | Extract<Command, { type: 'pay' | 'cancel' }>,
    reply: Reply,
  ): string | null {
    const { item, n, user, type } = command;
    const order = this.audit.histories.get(item)!.orders[n - 1];
    const own = order !== undefined && (user === 0 || order.user === user);
    if (reply.code === code.notFound) {
      return own && order.seq <= knownSeq ? 'the order is there' : null;
    }
    if (!own) return 'I2: the order is not durable';
    const statuses = since(order.views, knownSeq).map(({ status }) => status as number); // Compared below.
    switch (reply.code) {
      case code.ok:
        if (type === 'pay' && reply.order?.paidAt === 0) return 'not paid';
        if (type === 'cancel' && reply.order?.status !== 2) return 'not cancelled';
        return this.#wrongView(item, reply);
      case code.refundDue:
        return type === 'pay' && statuses.includes(3) ? null : 'I2: not expired';
      case code.wrongState:
        if (type === 'pay') return statuses.includes(2) ? null : 'I2: not cancelled';
        return statuses.some((status) => status !== 0) ? null : 'I2: still placed';
      default:
        return 'no answer to this command';
    }
  }

  /** The order in an answer must be one that the journal knows. */
  #wrongView(item: number, { order }: Reply): string | null {
    if (order === null) return 'no order in the answer';
    const views = this.audit.histories.get(item)?.orders[order.n - 1]?.views ?? [];
    const told = JSON.stringify(order);
    return views.some(({ value }) => JSON.stringify(value) === told)
      ? null
      : 'I2: the order was never durable in this state';
  }
}

function nothingDone({ answer, knownSeq }: Delivery): boolean {
  if (knownSeq < 0) return true;
  if (answer === null) return false;
  return answer !== code.ok && answer !== code.outcomeUnknown;
}

/** A restock that adds its units every time it is sent. */
function isKeylessRestock({ command }: Delivery, item: number): boolean {
  return command.type === 'restock' && command.item === item && command.key === 0;
}
