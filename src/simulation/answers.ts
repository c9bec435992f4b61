/**
 * What buyers and merchants were told, compared with what the journal had durably stored at that moment
 * (I2), with everything told before (I3), and with what the journal holds at the end.
 */
import { type Code, type Command, code, type Reply } from '../../actors/protocol.ts';
import { type Auditor, tokenKey } from './auditor.ts';
import { type DurableOrder, since } from './durable-item.ts';
import { wrongMerchant } from './judge-merchant.ts';
import { wrongOwe, wrongPay, wrongRefund, wrongSettle } from './judge-money.ts';
import { wrongPlace, wrongReadOrCancel } from './judge-orders.ts';
import { wrongJoin, wrongLeave, wrongStand } from './judge-queue.ts';
import type { Delivery, Judged } from './judged.ts';

/** Answers that only say that the command was, or may have been, in vain. */
const inVain: readonly Code[] = [code.outcomeUnknown, code.journalUnavailable, code.tooBusy];

/** Deliveries without a key, which add or take away their units every time they are sent. */
const keylessTypes = ['restock', 'withdrawUnits'] as const;
type Keyless = (typeof keylessTypes)[number];

export class Answers {
  readonly deliveries: Delivery[] = [];
  /** What was told once, and may not be told as new again. */
  readonly #told = new Set<string>();
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
    for (const [item, { keyless }] of this.audit.histories) {
      for (const type of keylessTypes) {
        const sent = this.deliveries.filter((delivery) => isKeyless(delivery, item, type));
        const least = sent.filter(({ answer }) => answer === code.ok).length;
        const most = sent.filter((delivery) => !nothingDone(delivery)).length;
        if (keyless[type] < least || keyless[type] > most) {
          throw new Error(
            `item ${item}: ${keyless[type]} × ${type}, ${least} to ${most} were told`,
          );
        }
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
    const { knownSeq } = delivery;
    if (reply.code === code.notOnSale && history.openedSeq > knownSeq) return null;
    const judged: Judged = {
      ...{ history, knownSeq, moments: since(history.moments, knownSeq) },
      bought: (token) => this.audit.tokens.get(token),
      isTold: (what) => this.#told.has(what),
      tell: (what) => this.#told.add(what),
    };
    switch (command.type) {
      case 'place':
        return wrongPlace(judged, command, reply);
      case 'join':
        return wrongJoin(judged, command, reply);
      case 'stand':
        return wrongStand(judged, command, reply);
      case 'leave':
        return wrongLeave(judged, command, reply);
      case 'pay':
        return wrongPay(judged, command, reply);
      case 'refund':
        return wrongRefund(judged, command, reply);
      case 'owe':
        return wrongOwe(judged, command, reply);
      case 'settle':
        return wrongSettle(judged, command, reply);
      case 'cancel':
      case 'read':
        return wrongReadOrCancel(judged, command, reply);
      case 'tally':
      case 'sync':
        return null;
      case 'restock':
      case 'withdrawUnits':
        if (command.key === 0 && this.#tooFew(command.item, command.type, history.keyless)) {
          return `I2: ${command.type} is not durable`;
        }
        return wrongMerchant(judged, command, reply);
      default:
        return wrongMerchant(judged, command, reply);
    }
  }

  /** Whether more deliveries were told to be done than there are. */
  #tooFew(item: number, type: Keyless, durable: Record<Keyless, number>): boolean {
    const told = this.deliveries.filter(
      (other) => isKeyless(other, item, type) && other.answer === code.ok,
    );
    return durable[type] < told.length;
  }
}

function nothingDone({ answer, knownSeq }: Delivery): boolean {
  if (knownSeq < 0) return true;
  if (answer === null) return false;
  return answer !== code.ok && answer !== code.outcomeUnknown;
}

function isKeyless({ command }: Delivery, item: number, type: Keyless): boolean {
  return command.type === type && command.item === item && command.key === 0;
}
