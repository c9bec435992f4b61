/** The process of buyers who pay; see `paying-buyers.ts`. */
import type { Socket } from 'bun';
import { build } from 'hdr-histogram-js';
import { purchaseTokens, randomNonce } from '../../src/admission/purchase-token.ts';
import { PaymentDeliveries } from '../../src/payments/deliveries.ts';
import { paymentWebhookSecret, promoPrice, tokenSecret } from '../servers/servers.ts';
import type { PayingOrder, PayingSettings, PayingSpan } from './paying-buyers.ts';
import { wholeAnswer } from './whole-answer.ts';

interface Connection {
  socket: Socket<Connection> | null;
  /** The part of an incomplete answer that has arrived. */
  part: string;
  sentAt: number;
  /** What is asked, and again where the engine says so. */
  request: string;
  isPayment: boolean;
}

const settings = JSON.parse(process.argv[2] ?? '{}') as PayingSettings; // The bench wrote it.
const { hostname, port, host } = new URL(settings.url);
const tokens = purchaseTokens(tokenSecret);
const deliveries = new PaymentDeliveries(paymentWebhookSecret);
/** Longer than the sales last. */
const tokenSeconds = 600;
/** Requests written before answers are looked at again. */
const turnMax = 64;
const idle: Connection[] = [];
let order: PayingOrder | null = null;
let user = 1;
let due = 0;
let spanAt = performance.now();
let latencies = build({ useWebAssembly: false });
let span = { paid: 0, shed: 0, others: {} as Record<string, number>, broken: 0 };

const handlers = {
  open(socket: Socket<Connection>) {
    socket.data.socket = socket;
    idle.push(socket.data);
  },
  data({ data: connection }: Socket<Connection>, chunk: Buffer) {
    const answer = wholeAnswer(connection, chunk);
    if (answer !== null) answered(connection, answer.status, answer.body);
  },
  close: ({ data }: Socket<Connection>) => lost(data),
  error: ({ data }: Socket<Connection>) => lost(data),
};

function connect(): Promise<unknown> {
  const data = { socket: null, part: '', sentAt: 0, request: '', isPayment: false };
  return Bun.connect({ hostname, port: Number(port), socket: handlers, data });
}

function lost(connection: Connection): void {
  if (connection.socket === null) return;
  connection.socket = null;
  span.broken++;
  void connect();
}

function answered(connection: Connection, status: number, body: string): void {
  latencies.recordValue(Math.max(1, Math.round((performance.now() - connection.sentAt) * 1000)));
  if (status === 503) {
    span.shed++;
    // Nobody who has bought leaves without having paid.
    if (connection.isPayment) setTimeout(() => send(connection), 1_000);
    else idle.push(connection);
    return;
  }
  if (status >= 400) {
    span.others[status] = (span.others[status] ?? 0) + 1;
    idle.push(connection);
  } else if (connection.isPayment) {
    span.paid++;
    idle.push(connection);
  } else {
    const { data } = JSON.parse(body) as { data: { orderId: string } }; // The envelope of the API.
    connection.request = paymentOf(data.orderId);
    connection.isPayment = true;
    send(connection);
  }
}

function send(connection: Connection): void {
  connection.sentAt = performance.now();
  connection.socket?.write(connection.request);
}

function post(path: string, body: string, headers: Record<string, string> = {}): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const type = 'Content-Type: application/json';
  const length = `Content-Length: ${Buffer.byteLength(body)}`;
  return `POST ${path} HTTP/1.1\r\nHost: ${host}\r\n${type}\r\n${lines.join('')}${length}\r\n\r\n${body}`;
}

function orderOf({ itemId, promoId }: PayingOrder['sale']): string {
  const expiresAt = Math.ceil(Date.now() / 1000) + tokenSeconds;
  const token = tokens.sign({ userId: user++, itemId, promoId, expiresAt, nonce: randomNonce() });
  return post('/api/orders', JSON.stringify({ token, amount: 1 }));
}

function paymentOf(orderId: string): string {
  const reference = `pi_${orderId}`;
  const body = JSON.stringify({ orderId, amount: promoPrice, reference, status: 'paid' });
  return post('/api/payments', body, deliveries.sign(`msg_${orderId}`, new Date(), body));
}

/** Lets the next buyers come. Where every connection is taken, they do not get through. */
function come({ sale, ratePerSecond }: PayingOrder, elapsedMs: number): void {
  due += ratePerSecond === null ? idle.length : (elapsedMs / 1000) * ratePerSecond;
  for (let turn = 0; due >= 1 && turn < turnMax; turn++, due--) {
    const connection = idle.pop();
    if (connection === undefined) break;
    if (connection.socket === null) continue;
    connection.request = orderOf(sale);
    connection.isPayment = false;
    send(connection);
  }
  due = Math.min(due, 1);
}

async function say(now: number): Promise<void> {
  const p99Ms = latencies.getValueAtPercentile(99) / 1000;
  const said: PayingSpan = { seconds: (now - spanAt) / 1000, p99Ms, ...span };
  spanAt = now;
  latencies = build({ useWebAssembly: false });
  span = { paid: 0, shed: 0, others: {}, broken: 0 };
  await Bun.write(Bun.stdout, `${JSON.stringify(said)}\n`);
}

async function listen(): Promise<void> {
  for await (const line of console) order = JSON.parse(line) as PayingOrder; // The bench wrote it.
  process.exit(0);
}

for (let each = 0; each < settings.connections; each++) await connect();
void listen();
for (let before = performance.now(); ; await Bun.sleep(1)) {
  const now = performance.now();
  if (order !== null) come(order, now - before);
  before = now;
  if (now - spanAt >= settings.spanMs) await say(now);
}
