/** How the journal connects to one NATS server, and what it says when that server does not have it. */
import { isIP, connect as openSocket } from 'node:net';
import {
  type ConnectionOptions,
  connect,
  ErrorCode,
  type JetStreamClient,
  type JetStreamManager,
  jwtAuthenticator,
  type NatsConnection,
  NatsError,
} from 'nats';
import { appendTimeoutMs } from '../limits.ts';
import { notEnabledCodes, serverCode } from './jetstream-errors.ts';
import { JournalMisconfigured, JournalUnavailable } from './journal.ts';
import {
  type NatsAddress,
  type NatsServer,
  type NatsSettings,
  NatsSettingsWrong,
  placeOf,
  readAuthorities,
  readCredentials,
} from './nats-address.ts';

/** A server that answers no ping for two to three of these counts as dead: within 1.5 s. */
const pingIntervalMs = 500;

/** One server, with what the journal uses of the connection to it. */
export interface Link {
  /** The server as messages name it. */
  readonly place: string;
  readonly connection: NatsConnection;
  readonly client: JetStreamClient;
  readonly manager: JetStreamManager;
}

/**
 * Connects to a server, and makes sure that it has JetStream. The link ends with the connection: whoever
 * holds it connects anew, to this server or another.
 * @param learn - is given `host:port` of each server of the cluster that this one knows.
 * @throws JournalMisconfigured when the server refuses us, or is not what the settings say.
 * @throws JournalUnavailable when it does not answer.
 */
export async function dial(
  server: NatsServer,
  address: NatsAddress,
  settings: NatsSettings,
  learn: (urls: readonly string[]) => void,
): Promise<Link> {
  const place = placeOf(server);
  const connection = await dialCore(server, address, settings, 'stampede journal');
  learn(connection.info?.connect_urls ?? []);
  try {
    const manager = await connection.jetstreamManager({ timeout: appendTimeoutMs });
    const client = connection.jetstream({ timeout: appendTimeoutMs });
    return { place, connection, client, manager };
  } catch (cause) {
    const alone = connection.info?.cluster === undefined;
    await connection.close();
    throw explained(place, settings, alone, cause);
  }
}

/**
 * Connects to a server for messages alone: it need not have JetStream.
 * @param name - what the server's operators see of us.
 * @throws as `dial`
 */
export async function dialCore(
  server: NatsServer,
  address: NatsAddress,
  settings: NatsSettings,
  name: string,
): Promise<NatsConnection> {
  try {
    await greeted(server);
    return await connect({ ...connectionOptions(server, address, settings), name });
  } catch (cause) {
    throw explained(placeOf(server), settings, true, cause);
  }
}

function connectionOptions(
  server: NatsServer,
  { tls, servers }: NatsAddress,
  settings: NatsSettings,
): ConnectionOptions {
  // Both files are read at each connection: they may have been renewed since the last.
  const { credentialsFile, caFile } = settings;
  const trusted = caFile ? { ca: readAuthorities(caFile) } : {};
  const { host, port, login } = server;
  // A server that another told us about may be known by its address alone, its certificate by name.
  const named = isIP(host) === 0 ? host : servers.find((given) => isIP(given.host) === 0)?.host;
  const identity = named === undefined || servers.includes(server) ? {} : { servername: named };
  const options: ConnectionOptions = {
    servers: host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`,
    timeout: appendTimeoutMs,
    reconnect: false,
    pingInterval: pingIntervalMs,
    maxPingOut: 2,
    ...login,
    ...(tls ? { tls: { ...trusted, ...identity } } : {}),
  };
  if (credentialsFile) {
    const { jwt, seed } = readCredentials(credentialsFile);
    options.authenticator = jwtAuthenticator(jwt, new TextEncoder().encode(seed));
  }
  return options;
}

/**
 * Resolves once the server has begun to speak. The client keeps the socket of a server that accepts and
 * stays silent, for ever: with a try each second that uses up what a process may have open.
 */
function greeted({ host, port }: NatsServer): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = openSocket(port, host);
    const end = (settle: () => void) => {
      clearTimeout(impatience);
      socket.destroy();
      settle();
    };
    const silent = new Error('it accepts connections and says nothing');
    const impatience = setTimeout(() => end(() => reject(silent)), appendTimeoutMs);
    socket.once('data', () => end(resolve));
    socket.on('error', (error) => end(() => reject(error)));
    socket.once('close', () => end(() => reject(new Error('it ends connections at once'))));
  });
}

/** What a failure to connect means, in a line that leads somewhere. */
function explained(place: string, settings: NatsSettings, alone: boolean, cause: unknown): Error {
  if (cause instanceof NatsSettingsWrong) return misconfigured(cause.message, cause);
  if (!(cause instanceof Error)) return unreachable(place, String(cause), cause);
  const code = 'code' in cause ? String(cause.code) : '';
  if (cause instanceof NatsError && (cause.isAuthError() || cause.isAuthTimeout())) {
    const given = settings.credentialsFile ? 'NATS_CREDS' : 'NATS_URL';
    const what = `does not let us in (${cause.message}): check the credentials in ${given}`;
    return misconfigured(`${place} ${what}`, cause);
  }
  if (cause instanceof NatsError && cause.isPermissionError()) {
    return misconfigured(`${place} gives us too few rights: ${cause.message}`, cause);
  }
  if (code === ErrorCode.ServerOptionNotAvailable) {
    return misconfigured(`${place} offers no TLS, which tls:// in NATS_URL asks for`, cause);
  }
  if (isDistrust(code)) {
    const what = `shows a certificate that is not trusted (${cause.message}): NATS_CA is the file of its authority`;
    return misconfigured(`${place} ${what}`, cause);
  }
  if (notEnabledCodes.has(serverCode(cause) ?? 0)) {
    return misconfigured(`${place} has JetStream, but not for our account: enable it there`, cause);
  }
  if (code === ErrorCode.JetStreamNotEnabled) {
    const what = `${place} has no JetStream: start it with -js, or with jetstream {} in its configuration`;
    // In a cluster the servers that have it may be away.
    return alone ? misconfigured(what, cause) : new JournalUnavailable(what, { cause });
  }
  if (code === ErrorCode.Timeout) return unreachable(place, 'it does not answer in time', cause);
  return unreachable(place, cause.message, cause);
}

/** Reasons of OpenSSL for not believing a certificate. */
function isDistrust(code: string): boolean {
  return /CERT|SIGNATURE|ISSUER|ALTNAME/.test(code);
}

const misconfigured = (text: string, cause: unknown) => new JournalMisconfigured(text, { cause });

const unreachable = (place: string, why: string, cause: unknown) =>
  new JournalUnavailable(`${place} cannot be used: ${why}`, { cause });
