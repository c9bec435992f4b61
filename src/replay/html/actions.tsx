/** What merchants did to an item, and who did it. */
import type { MerchantAction, MerchantActions, MerchantEvent } from '../audit/merchant-actions.ts';
import { amount, counted, number, utc } from '../format.ts';
import { Table } from './parts.tsx';

interface ActionsProps {
  name: string;
  actions: MerchantActions;
  currency: string;
}

export function ActionsTable({ name, actions, currency }: ActionsProps) {
  const more = actions.count - actions.listed.length;
  return (
    <>
      <Table
        caption={`What was done to ${name}, by whom`}
        head={['when, UTC', 'what', 'by', 'entry']}
        left={[0, 1, 2]}
        rows={actions.listed.map((action) => row(action, currency))}
      />
      {more > 0 ? <p>… and {number(more)} more.</p> : null}
    </>
  );
}

function row({ at, seq, event }: MerchantAction, currency: string) {
  return [utc(at), deedOf(event, currency), event.by ?? '-', number(seq)];
}

function deedOf(event: MerchantEvent, currency: string): string {
  const money = (minor: number) => amount(minor, currency);
  switch (event.type) {
    case 'opened':
      return `Put ${counted(event.units, 'unit')} on sale at ${money(event.price)}`;
    case 'restocked':
      return `Added ${counted(event.units, 'unit')}`;
    case 'unitsWithdrawn':
      return `Took ${counted(event.units, 'unsold unit')} off sale`;
    case 'edited':
      return editOf(event, money);
    case 'published':
      return `Published promo ${event.promo} at ${money(event.price)}, ${utc(event.startAt)} to ${utc(event.endAt)}`;
    case 'paused':
      return `Paused promo ${event.promo}`;
    case 'resumed':
      return `Let promo ${event.promo} go on`;
    case 'ended':
      return `Ended promo ${event.promo}`;
    case 'extended':
      return `Moved the end of promo ${event.promo} to ${utc(event.endAt)}`;
    case 'promoWithdrawn':
      return `Took promo ${event.promo} back before its start`;
    case 'cancelled':
      return `Cancelled order ${event.n}`;
    case 'refunded':
      return `Gave ${money(event.amountMinor)} back for order ${event.n}, its units ${event.back ? 'on sale again' : 'not on sale again'}`;
    case 'dueSettled':
      return `Paid refund ${event.due} back`;
  }
}

function editOf(
  { price, limit, normalSale, texts }: MerchantEvent & { type: 'edited' },
  money: (minor: number) => string,
): string {
  const edits = [
    ...(price === undefined ? [] : [`the normal price: ${money(price)}`]),
    ...(limit === undefined ? [] : [`the limit per user: ${number(limit)}`]),
    ...(normalSale === undefined ? [] : [`sale at the normal price: ${normalSale ? 'on' : 'off'}`]),
    ...(texts ?? []).map((text) => `the ${text}`),
  ];
  return `Changed ${edits.join(', ')}`;
}
