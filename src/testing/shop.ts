/** Buyers for tests: they register, log in and ask for purchase tokens, as people do. */
import {
  type Answer,
  type CallOptions,
  mustSucceed,
  startTestEngine,
  type TestEngine,
} from './engine-process.ts';
import { type SmsGateway, startSmsGateway } from './sms-gateway.ts';

/** The text of every picture of `rehearsal-engine.ts`. */
export const captchaText = 'ACEF';
export const unlimited = { burst: 1_000_000, perSecond: 1_000_000 };

/** Requests of a person before they give up on a shop that is too busy. */
const triesMax = 20;

export const password = 'a long and winding road';

export interface Buyer {
  userId: number;
  telephone: string;
  /** The session token. */
  session: string;
  /** Sends a request as this user. */
  api<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    options?: CallOptions,
  ): Promise<Answer<T>>;
}

export interface LoggedIn {
  token: string;
  expiresAt: string;
  user: { id: number };
}

export interface Shop {
  readonly engine: TestEngine;
  readonly gateway: SmsGateway;
  /** Sends a request without a session. */
  call: TestEngine['api'];
  /** Registers a new user and logs them in. */
  buyer(): Promise<Buyer>;
  logIn(telephone: string): Promise<Buyer>;
  stop(): Promise<void>;
}

export interface ShopOptions {
  dataDir: string;
  env?: Record<string, string>;
  /** As `EngineOptions`; `rehearsal-engine.ts` when not given. */
  script?: string;
  /** Passwords are hashed as in a real shop, which takes a core tens of milliseconds each. False when not given. */
  realPasswords?: boolean;
  /** Further arguments of `rehearsal-engine.ts`. */
  words?: readonly string[];
  /** Shared with another shop. */
  gateway?: SmsGateway;
}

/** A telephone number not used before in this process. */
export function newTelephone(): string {
  return `+861380000${String(++telephones).padStart(4, '0')}`;
}
let telephones = 0;

export async function startShop(options: ShopOptions): Promise<Shop> {
  const gateway = options.gateway ?? startSmsGateway();
  const quick = options.script === undefined && options.realPasswords !== true;
  const engine = await startTestEngine({
    dataDir: options.dataDir,
    script: options.script ?? 'src/testing/rehearsal-engine.ts',
    ...(quick ? { args: ['quick-passwords', ...(options.words ?? [])] } : {}),
    // What is read from a picture is easier to script than a person's device is.
    env: {
      CAPTCHA: 'picture',
      PAYMENTS: 'demo',
      SMS_WEBHOOK_URL: gateway.url,
      SMS_WEBHOOK_SECRET: gateway.secret,
      ...options.env,
    },
  });
  const call: TestEngine['api'] = (method, path, body, call) =>
    engine.api(method, path, body, { admin: false, ...call });
  /** Asks again, as people do, where the engine is too busy. */
  const insist = async <T>(path: string, body: unknown): Promise<T> => {
    for (let tries = 1; ; tries++) {
      const answer = await call<T>('POST', path, body);
      if (answer.errCode !== 30003 || tries === triesMax) return mustSucceed(answer);
      await Bun.sleep(1_000);
    }
  };
  const logIn = async (telephone: string): Promise<Buyer> => {
    const { token, user } = await insist<LoggedIn>('/api/sessions', { telephone, password });
    return {
      userId: user.id,
      telephone,
      session: token,
      api: (method, path, body, { headers, ...rest } = {}) =>
        call(method, path, body, {
          ...rest,
          headers: { authorization: `Bearer ${token}`, ...headers },
        }),
    };
  };
  return {
    engine,
    gateway,
    call,
    logIn,
    buyer: async () => {
      const telephone = newTelephone();
      await insist('/api/otp', { telephone });
      await insist('/api/users', registration(gateway, telephone));
      return logIn(telephone);
    },
    stop: async () => {
      await engine.stop();
      if (options.gateway === undefined) await gateway.stop();
    },
  };
}

/** What a user types to register, with the code they were sent. */
export function registration({ codeOf }: SmsGateway, telephone: string) {
  return { telephone, otp: codeOf(telephone), name: 'Ada', gender: 'x', age: 36, password };
}
