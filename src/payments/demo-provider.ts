/**
 * Plays a payment provider for demos: money it has none, but it tells the engine of a payment as a real
 * one would, by signed deliveries over HTTP to `POST /api/payments`, and, as they do, more than once.
 */
import type { Delivery, PaymentDeliveries } from './deliveries.ts';

/** How long an answer may take: longer than an engine waits for its journal. */
const answerMs = 15_000;

/** How often a delivery is tried where the engine cannot take it just now, and the pause between. */
const triesMax = 3;
const pauseMs = 1_000;

export class DemoProvider {
  constructor(
    /** Of the engine. */
    private readonly url: string,
    private readonly deliveries: PaymentDeliveries,
  ) {}

  /**
   * Takes the money for an order, and says so to the engine. The same payment again is the same money.
   * @throws Error where the engine could not be told
   */
  async pay(orderId: string, amount: number, payment: string): Promise<void> {
    const delivery: Delivery = { orderId, amount, reference: `demo_${payment}`, status: 'paid' };
    const id = `msg_${crypto.randomUUID()}`;
    await this.#deliver(id, delivery);
    await this.#deliver(id, delivery);
  }

  async #deliver(id: string, delivery: Delivery): Promise<void> {
    const body = JSON.stringify(delivery);
    for (let tries = 1; ; tries++) {
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
      const answer = `the engine answered ${response.status}: ${await response.text()}`;
      if (response.status < 500 || tries === triesMax) throw new Error(answer);
      await Bun.sleep(pauseMs);
    }
  }
}
