/**
 * Who says that an order is paid. `webhook`: the merchant's provider, by signed deliveries, or the
 * merchant. `demo`: the buyer as well, and a page plays the provider.
 */
export const paymentsModes = ['demo', 'webhook'] as const;
export type PaymentsMode = (typeof paymentsModes)[number];
