/** What a merchant says of the money of an order by hand. */
import * as v from 'valibot';
import { referenceField } from '../../payments/deliveries.ts';

/** The money's name at the bank or the provider, where it has one. */
const reference = v.optional(referenceField);

export const paymentSchema = v.object({ reference });
export const refundSchema = v.object({
  reference,
  /** Whether the units go back on sale; else nobody has them, and they leave the books. */
  backOnSale: v.optional(v.boolean('must be true or false'), false),
});
export const settlementSchema = v.object({ reference });

export type Payment = v.InferOutput<typeof paymentSchema>;
export type Refund = v.InferOutput<typeof refundSchema>;
