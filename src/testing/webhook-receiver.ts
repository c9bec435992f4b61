/** A merchant's receiver of webhooks for tests: it takes what is signed, keeps it, and answers as it is told. */
import { createServer, type ServerResponse } from 'node:http';
import { Webhook } from 'standardwebhooks';

const secret = `whsec_${Buffer.from('what only tests sign webhooks with').toString('base64')}`;

interface Told {
  type: string;
  timestamp: string;
  data: Record<string, unknown> & { orderId: string | null; seq: number; partition: number };
}

export interface ReceivedWebhook extends Told {
  id: string;
  headers: Record<string, string>;
}

/** How a request is answered; `hang` never is, `close` ends its connection. */
export type Answering =
  | 'hang'
  | 'close'
  | { status: number; headers?: Record<string, string>; body?: string };

export class WebhookReceiver {
  /** Every request, oldest first; repeats too. */
  readonly requests: ReceivedWebhook[] = [];
  /** By id: what was taken, in the order in which it first was. */
  readonly taken = new Map<string, ReceivedWebhook>();
  /** Asked for each request; all are taken when not given. */
  answering: (webhook: ReceivedWebhook) => Answering = () => ({ status: 204 });
  readonly #webhook = new Webhook(secret);
  readonly #server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    this.#webhook.verify(body, headers);
    const webhook = { ...(JSON.parse(body) as Told), id: headers['webhook-id']!, headers };
    this.#answer(webhook, response);
  });

  static async start(): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver();
    const listening = Promise.withResolvers<void>();
    receiver.#server.listen(0, '127.0.0.1', listening.resolve);
    await listening.promise;
    return receiver;
  }

  /** Settings of an engine that tells it. */
  get env(): Record<string, string> {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('it does not listen');
    return { WEBHOOK_URL: `http://127.0.0.1:${address.port}/hooks`, WEBHOOK_SECRET: secret };
  }

  /** The types of an order's events, in the order in which they first were taken. */
  typesOf(orderId: string): string[] {
    return [...this.taken.values()]
      .filter(({ data }) => data.orderId === orderId)
      .map(({ type }) => type);
  }

  /** The events of a type about an order. */
  find(type: string, orderId: string | null): ReceivedWebhook | undefined {
    return this.requests.find((each) => each.type === type && each.data.orderId === orderId);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #answer(webhook: ReceivedWebhook, response: ServerResponse): void {
    this.requests.push(webhook);
    const answering = this.answering(webhook);
    if (answering === 'hang') return;
    if (answering === 'close') {
      response.socket?.destroy();
      return;
    }
    const { status, headers = {}, body = '' } = answering;
    if (status < 300 && !this.taken.has(webhook.id)) this.taken.set(webhook.id, webhook);
    response.writeHead(status, headers).end(body);
  }
}
