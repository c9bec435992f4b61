/**
 * Plays a payment provider for demos: money it has none, but it tells the engine of a payment as a real
 * one would, by signed deliveries over HTTP to `POST /api/payments`, and, as they do, more than once.
 */
import type { Delivery, PaymentDeliveries } from './deliveries.ts';

/** How long an answer may take: longer than an engine waits for its journal. */
const answerMs = 15_000;

export class DemoProvider {
  constructor(
    /** Of the engine. */
    private readonly url: string,
    private readonly deliveries: PaymentDeliveries,
  ) {}

  /**
   * Takes the money for an order, and says so to the engine.
   * @throws Error where the engine could not be told: nothing of the payment is kept, and the buyer tries again
   */
  async pay(orderId: string, amount: number): Promise<void> {
    const reference = `demo_${crypto.randomUUID()}`;
    const delivery: Delivery = { orderId, amount, reference, status: 'paid' };
    const id = `msg_${crypto.randomUUID()}`;
    await this.#deliver(id, delivery);
    await this.#deliver(id, delivery);
  }

  async #deliver(id: string, delivery: Delivery): Promise<void> {
    const body = JSON.stringify(delivery);
    const response = await fetch(`${this.url}/api/payments`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...this.deliveries.sign(id, new Date(), body),
      },
      body,
      signal: AbortSignal.timeout(answerMs),
    });
    if (response.ok) return;
    throw new Error(`the engine answered ${response.status}: ${await response.text()}`);
  }
}
