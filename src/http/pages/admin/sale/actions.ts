/** What a merchant can do with a sale as it stands. */
import type { Sale } from '../../../../shop/sale/read-sale.ts';

/** In the order in which they are offered. */
export const saleActions = [
  ...(['publish', 'resume', 'pause', 'extend', 'restock', 'take', 'end', 'withdraw'] as const),
  'delete',
] as const;
export type SaleAction = (typeof saleActions)[number];

/** Those that cannot be taken back. */
export const isFinal = (action: SaleAction) =>
  action === 'end' || action === 'withdraw' || action === 'delete';

export function actionsOf({ promo, state }: Sale, now: number): SaleAction[] {
  const hasBegun = now >= promo.startAt;
  switch (state.status) {
    case 'draft':
      return ['publish', 'delete'];
    case 'pending':
      return ['pause', 'extend', 'restock', 'take', 'withdraw'];
    case 'running':
      return ['pause', 'extend', 'restock', 'take', 'end'];
    case 'paused':
      return ['resume', 'extend', 'restock', 'take', hasBegun ? 'end' : 'withdraw'];
    case 'ended':
    case 'withdrawn':
      return [];
  }
}
