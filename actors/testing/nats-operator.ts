/**
 * Accounts and users of NATS that log in by credentials files, made as an operator makes them: JSON web
 * tokens that name each other, signed with nkeys.
 */
import { nkeys } from 'nats';

/** What the client's nkeys give, which its types leave open. */
interface KeyPair {
  getPublicKey(): string;
  getSeed(): Uint8Array;
  sign(bytes: Uint8Array): Uint8Array;
}

export interface NatsOperator {
  /** Lines for the configuration of a server that has this operator's accounts. */
  readonly lines: readonly string[];
  /** What a user's credentials file holds. */
  credentials(claims?: UserClaims): string;
}

export interface UserClaims {
  /** Seconds since 1970, after which the server refuses the user. */
  exp?: number;
}

const everything = {
  ...{ subs: -1, data: -1, payload: -1, imports: -1, exports: -1, wildcards: true, conn: -1 },
  ...{ leaf: -1, mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 },
};

/** @param jetStream - false: the account that has the users has no JetStream. */
export function natsOperator({ jetStream = true } = {}): NatsOperator {
  const operator: KeyPair = nkeys.createOperator();
  const system: KeyPair = nkeys.createAccount();
  const account: KeyPair = nkeys.createAccount();
  const storage = jetStream ? {} : { mem_storage: 0, disk_storage: 0 };
  const noStorage = { mem_storage: 0, disk_storage: 0 };
  const operatorToken = signed(operator, operator, { type: 'operator' });
  const tokens = {
    [system.getPublicKey()]: signed(operator, system, {
      type: 'account',
      limits: { ...everything, ...noStorage },
    }),
    [account.getPublicKey()]: signed(operator, account, {
      type: 'account',
      limits: { ...everything, ...storage },
    }),
  };
  const preloaded = Object.entries(tokens).map(([key, token]) => `${key}: ${token}`);
  return {
    lines: [
      `operator: ${operatorToken}`,
      `system_account: ${system.getPublicKey()}`,
      'resolver: MEMORY',
      `resolver_preload: { ${preloaded.join(', ')} }`,
    ],
    credentials(claims = {}) {
      const user: KeyPair = nkeys.createUser();
      const token = signed(
        account,
        user,
        { type: 'user', pub: {}, sub: {}, subs: -1, data: -1, payload: -1 },
        claims,
      );
      const seed = Buffer.from(user.getSeed()).toString();
      return [
        '-----BEGIN NATS USER JWT-----',
        token,
        '------END NATS USER JWT------',
        '',
        '-----BEGIN USER NKEY SEED-----',
        seed,
        '------END USER NKEY SEED------',
        '',
      ].join('\n');
    },
  };
}

/** A token by which an issuer vouches for a subject. */
function signed(issuer: KeyPair, subject: KeyPair, nats: object, claims: UserClaims = {}): string {
  const [iss, sub] = [issuer.getPublicKey(), subject.getPublicKey()];
  const now = Math.floor(Date.now() / 1000);
  const body = {
    jti: sub,
    iat: now,
    iss,
    sub,
    name: sub,
    ...claims,
    nats: { ...nats, version: 2 },
  };
  const parts = [{ typ: 'JWT', alg: 'ed25519-nkey' }, body].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  const text = parts.join('.');
  return `${text}.${Buffer.from(issuer.sign(Buffer.from(text))).toString('base64url')}`;
}
