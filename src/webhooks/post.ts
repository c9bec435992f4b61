/** One try: a signed request to the receiver, and what it made of it. */
import { Webhook } from 'standardwebhooks';
import { type Answer, outcomeOf, retryAfterOf } from './answer.ts';
import type { Message } from './delivery.ts';
import type { ReceiverAddress } from './receiver-address.ts';

/** An answer is read so far, and its connection is closed where it is longer. */
const answerBytesMax = 4_096;
/** What is kept of an answer that refuses. */
const textCharactersMax = 200;

export class Poster {
  readonly #webhook: Webhook;

  /** @param secret - in the form of `webhookSecretFault`. */
  constructor(
    private readonly receiver: ReceiverAddress,
    secret: string,
    private readonly tryMs: number,
  ) {
    this.#webhook = new Webhook(secret);
  }

  /** Never throws: whatever goes wrong is the answer. */
  async post(message: Pick<Message, 'id' | 'body'>): Promise<Answer> {
    const startedAt = performance.now();
    const tookMs = () => performance.now() - startedAt;
    try {
      const response = await fetch(this.receiver.url, this.#request(message));
      const text = await beginningOf(response);
      const { status, headers } = response;
      const retryAfterMs = retryAfterOf(headers.get('retry-after'), Date.now());
      return { outcome: outcomeOf(status), status, text, tookMs: tookMs(), retryAfterMs };
    } catch (error) {
      const { outcome, text } = this.#failure(error);
      return { outcome, status: null, text, tookMs: tookMs(), retryAfterMs: 0 };
    }
  }

  #request({ id, body }: Pick<Message, 'id' | 'body'>): BunFetchRequestInit {
    const { authorization } = this.receiver;
    const at = new Date();
    return {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Stampede',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
        'webhook-signature': this.#webhook.sign(id, at, body),
        ...(authorization === null ? {} : { authorization }),
      },
      body,
      // A receiver that has moved is for the merchant to know of, not for whoever answers in its place to say.
      redirect: 'manual',
      // A short answer may unpack to a long one.
      decompress: false,
      signal: AbortSignal.timeout(this.tryMs),
    };
  }

  /** The message of an error may have the address in it, which may hold secrets. */
  #failure(error: unknown): Pick<Answer, 'outcome' | 'text'> {
    const { name, code } = error instanceof Error ? (error as Error & { code?: unknown }) : {};
    if (name === 'TimeoutError')
      return { outcome: 'timeout', text: `no whole answer within ${this.tryMs} ms` };
    const text = typeof code === 'string' || typeof code === 'number' ? String(code) : name;
    return { outcome: 'unreachable', text: text ?? 'unknown' };
  }
}

/** Reads an answer as far as it is kept; a short one whole, so that its connection can be used again. */
async function beginningOf(response: Response): Promise<string> {
  if (response.body === null) return '';
  const reader = response.body.getReader();
  const chunks: Uint8Array[] = [];
  for (let bytes = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    bytes += value.length;
    if (bytes <= answerBytesMax) continue;
    await reader.cancel();
    break;
  }
  if (response.ok) return '';
  const text = new TextDecoder().decode(Buffer.concat(chunks).subarray(0, answerBytesMax));
  // Nothing that a receiver answers may break a log line, or a row of Postgres.
  return text
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, textCharactersMax);
}
