/** How the journal connects to a NATS server. */
import { type ConnectionOptions, connect, type NatsConnection, NatsError } from 'nats';
import { appendTimeoutMs } from '../limits.ts';
import { JournalMisconfigured } from './journal.ts';

/** A server that answers no ping for two to three of these counts as dead: within 1.5 s. */
const pingIntervalMs = 500;

/**
 * Connects to the first server of a list that answers, and stays connected until it is closed.
 * @throws JournalMisconfigured when the server refuses the credentials.
 */
export async function connectOnce(url: string): Promise<NatsConnection> {
  const options: ConnectionOptions = {
    servers: url.split(','),
    timeout: appendTimeoutMs,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 100,
    pingInterval: pingIntervalMs,
    maxPingOut: 2,
    ignoreAuthErrorAbort: true,
    name: 'stampede journal',
  };
  try {
    return await connect(options);
  } catch (cause) {
    if (!(cause instanceof NatsError && cause.isAuthError())) throw cause;
    throw new JournalMisconfigured(`${url} does not let us in: ${cause.message}`, { cause });
  }
}
