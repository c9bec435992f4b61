/**
 * What payment providers send, signed as Standard Webhooks say: `webhook-signature` is an HMAC-SHA-256
 * of `webhook-id`, `webhook-timestamp` and the raw body. The time of sending may be five minutes off the
 * wall clock, which bounds how long a delivery that was overheard can be sent again; what that would do is
 * nothing, for the same payment again gets the same answer.
 */
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import * as v from 'valibot';
import { integerMax, referenceCharactersMax } from '../../actors/limits.ts';
import { integerField } from '../shop/input.ts';

const referenceMessage = `must be 1 to ${referenceCharactersMax} visible ASCII characters without " and \\`;

/** The name of a payment at its provider. */
export const referenceField = v.pipe(
  v.string(referenceMessage),
  v.maxLength(referenceCharactersMax, referenceMessage),
  v.regex(/^[!#-[\]-~]+$/, referenceMessage),
);

/** More than any order's id has. */
const orderIdCharactersMax = 64;
const orderIdMessage = `must be text of 1 to ${orderIdCharactersMax} characters`;

export const deliverySchema = v.object({
  orderId: v.pipe(
    v.string(orderIdMessage),
    v.minLength(1, orderIdMessage),
    v.maxLength(orderIdCharactersMax, orderIdMessage),
  ),
  /** Minor units. */
  amount: integerField(0, integerMax),
  /** The payment's, also where it goes back. */
  reference: referenceField,
  status: v.picklist(['paid', 'refunded'], 'must be "paid" or "refunded"'),
});

export type Delivery = v.InferOutput<typeof deliverySchema>;

export class PaymentDeliveries {
  readonly #webhook: Webhook;

  /** @param secret - in the form of `webhookSecretFault`. */
  constructor(secret: string) {
    this.#webhook = new Webhook(secret);
  }

  /** Why a delivery is not believed; null where its signature and its time are right. */
  fault(headers: Headers, rawBody: string): string | null {
    const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];
    const signed = Object.fromEntries(names.map((name) => [name, headers.get(name) ?? '']));
    try {
      this.#webhook.verify(rawBody, signed, { jsonParse: false });
      return null;
    } catch (error) {
      if (error instanceof WebhookVerificationError) return error.message;
      throw error;
    }
  }

  /** The headers that a provider sends with a body. */
  sign(id: string, at: Date, rawBody: string): Record<string, string> {
    return {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': this.#webhook.sign(id, at, rawBody),
    };
  }
}
