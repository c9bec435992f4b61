/** What merchants did to an item, with who did it, for a report: kept while the journal is read, in bounded memory. */
import type { Event, Sequence } from '../../../actors/events.ts';

const saleTypes = [
  'opened',
  'restocked',
  'unitsWithdrawn',
  'edited',
  'published',
  'paused',
  'resumed',
  'ended',
  'extended',
  'promoWithdrawn',
] as const satisfies readonly Event['type'][];
const orderTypes = [
  'cancelled',
  'refunded',
  'dueSettled',
] as const satisfies readonly Event['type'][];

export type MerchantEvent = Extract<
  Event,
  { type: (typeof saleTypes)[number] | (typeof orderTypes)[number] }
>;

export interface MerchantAction {
  at: number;
  seq: Sequence;
  event: MerchantEvent;
}

/** Actions that are listed; more are only counted. */
const actionsListedMax = 500;

export class MerchantActions {
  readonly listed: MerchantAction[] = [];
  count = 0;

  note(event: Event, seq: Sequence, at: number): void {
    if (!isMerchants(event)) return;
    this.count++;
    if (this.listed.length < actionsListedMax) this.listed.push({ at, seq, event });
  }
}

/** A cancellation is the merchant's where somebody signed it. */
function isMerchants(event: Event): event is MerchantEvent {
  if (event.type === 'cancelled') return event.by !== undefined;
  return includes(saleTypes, event.type) || includes(orderTypes, event.type);
}

function includes(types: readonly string[], type: string): boolean {
  return types.includes(type);
}
