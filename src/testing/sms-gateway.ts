/** An SMS gateway for tests: takes signed messages by HTTP and keeps their codes. */

export interface SmsGateway {
  readonly url: string;
  readonly secret: string;
  /** Messages received, oldest first. */
  readonly messages: { telephone: string; code: string }[];
  /** The last code that a telephone was sent. @throws when there is none */
  codeOf(telephone: string): string;
  /** How it answers from now on: with a status, or not at all while it is `silent`. */
  answer(how: number | 'silent'): void;
  stop(): Promise<void>;
}

export function startSmsGateway(): SmsGateway {
  const secret = 'a secret of gateway and engine';
  const messages: { telephone: string; code: string }[] = [];
  let how: number | 'silent' = 200;
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    idleTimeout: 60,
    async fetch(request) {
      const body = await request.text();
      const mac = new Bun.CryptoHasher('sha256', secret).update(body).digest('hex');
      const signed = request.headers.get('x-signature') === `sha256=${mac}`;
      if (request.method !== 'POST' || !signed) return new Response(null, { status: 403 });
      messages.push(JSON.parse(body));
      if (how === 'silent') await new Promise(() => undefined);
      return new Response(null, { status: how === 'silent' ? 500 : how });
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}/sms`,
    secret,
    messages,
    codeOf(telephone) {
      const last = messages.findLast((message) => message.telephone === telephone);
      if (last === undefined) throw new Error(`${telephone} was sent nothing`);
      return last.code;
    },
    answer(next) {
      how = next;
    },
    stop: () => server.stop(true),
  };
}
