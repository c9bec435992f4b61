/**
 * Connections to Postgres. Bun's client reconnects by itself after a connection has ended, but it
 * cannot detect a server that has stopped answering. So every operation has a deadline, after which the
 * client is given up with all that waits on it, and the next operation makes a new one.
 */
import { SQL, type TransactionSQL } from 'bun';
import { SqlUnavailable } from '../sql.ts';

/** How long a connection may take to be made. */
const connectTimeoutS = 3;

/** The server ends a statement after this; an audit's statements read whole tables. */
const statementTimeoutMs = 4_000;
const auditStatementTimeoutMs = 300_000;

/**
 * An operation is given up this much later: by then even the server has failed to end its statements.
 */
const graceMs = 1_000;

/** Connections of one thread; they are made when needed. */
const connectionsMax = 4;

/** How long to wait for one of an audit's statements. */
export type Answered = <T>(statement: PromiseLike<T>) => Promise<T>;

export class Connections {
  readonly #url: string;
  #client: SQL | null = null;

  constructor(url: string) {
    this.#url = url;
  }

  /** Runs an operation. @throws SqlUnavailable where trying again may help. */
  run<T>(work: (client: SQL) => PromiseLike<T>): Promise<T> {
    this.#client ??= connectTo(this.#url, connectionsMax, statementTimeoutMs);
    const client = this.#client;
    return answered(work(client), connectTimeoutS * 1_000 + statementTimeoutMs + graceMs, () => {
      if (this.#client === client) this.#client = null;
      giveUp(client);
    });
  }

  /** Runs an operation in one transaction. */
  transaction<T>(work: (client: TransactionSQL) => Promise<T>): Promise<T> {
    return this.run((client) => inTransaction(client, 'read write', work));
  }

  /** Runs reads that all see one state, however long they take together. */
  async snapshot<T>(work: (client: TransactionSQL, wait: Answered) => Promise<T>): Promise<T> {
    const client = connectTo(this.#url, 1, auditStatementTimeoutMs);
    const wait: Answered = (statement) =>
      answered(statement, auditStatementTimeoutMs + graceMs, () => giveUp(client));
    try {
      return await inTransaction(client, 'isolation level repeatable read, read only', (reads) =>
        work(reads, wait),
      );
    } catch (error) {
      throw asUnavailable(error);
    } finally {
      giveUp(client);
    }
  }

  async close(): Promise<void> {
    await this.#client?.close({ timeout: connectTimeoutS });
    this.#client = null;
  }
}

/** Connects once, for work that must stay on one connection, like that under a lock. */
export async function onOneConnection<T>(
  url: string,
  work: (client: SQL) => Promise<T>,
): Promise<T> {
  const client = connectTo(url, 1, auditStatementTimeoutMs);
  try {
    return await answered(work(client), auditStatementTimeoutMs + graceMs, () => giveUp(client));
  } finally {
    giveUp(client);
  }
}

function connectTo(url: string, max: number, statement_timeout: number): SQL {
  const connection = { statement_timeout, application_name: 'stampede' };
  return new SQL({ url, max, connectionTimeout: connectTimeoutS, connection });
}

async function inTransaction<T>(
  client: SQL,
  mode: string,
  work: (client: TransactionSQL) => Promise<T>,
): Promise<T> {
  const { value } = await client.begin(mode, async (transaction) => ({
    value: await work(transaction),
  }));
  return value as T; // Bun's type of what `begin` returns cannot follow a type parameter.
}

/** Waits for an operation, but only so long. */
async function answered<T>(
  operation: PromiseLike<T>,
  withinMs: number,
  whenLate: () => void,
): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    whenLate();
    late.reject(new SqlUnavailable(`Postgres did not answer within ${withinMs} ms`));
  }, withinMs);
  try {
    return await Promise.race([operation, late.promise]);
  } catch (error) {
    throw asUnavailable(error);
  } finally {
    clearTimeout(timer);
  }
}

function giveUp(client: SQL): void {
  // Everything that waits on the client learns of its end; an error in ending it helps no one.
  client.close({ timeout: 0 }).catch(() => undefined);
}

/**
 * SQL states that say nothing about the statement: connections, transactions undone in favour of
 * others, resources, time-outs and shutdowns, the server's own system; and a server that is read-only
 * while another takes over.
 */
const unavailableStates = /^(08|40|53|55P03|57|58|25006)/;
const unavailableCodes = /^ERR_POSTGRES_(CONNECTION|IDLE|LIFETIME)/;

function asUnavailable(error: unknown): unknown {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof SQL.PostgresError)) return error;
  const state = String(cause.errno ?? '');
  if (!unavailableStates.test(state) && !unavailableCodes.test(cause.code)) return error;
  return new SqlUnavailable(`Postgres is unavailable: ${cause.message}`, { cause });
}
