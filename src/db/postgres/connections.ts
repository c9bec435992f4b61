/**
 * Connections to Postgres. Bun's client reconnects by itself after a connection has ended, but it
 * cannot detect a server that has stopped answering. So every operation has a deadline, after which the
 * client is given up with all that waits on it, and the next operation makes a new one.
 *
 * Between engine and server there may be a pooler that lends a connection for one transaction at a time
 * (pgbouncer's `transaction` mode). So every operation is a transaction, and nothing outlives it in a
 * session: no setting, no lock, no named statement; and connecting asks for nothing that a pooler
 * cannot give, like a setting for all of a session.
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
  readonly #prepare: () => Promise<void>;
  #prepared: Promise<void> | null = null;
  #client: SQL | null = null;

  /** `prepare` makes the database ready for use, once; where it fails, the next operation tries again. */
  constructor(url: string, prepare: () => Promise<void> = async () => undefined) {
    this.#url = url;
    this.#prepare = prepare;
  }

  /** Makes the database ready now rather than with the first operation. @throws SqlUnavailable */
  async ready(): Promise<void> {
    this.#prepared ??= this.#prepare();
    const prepared = this.#prepared;
    try {
      await prepared;
    } catch (error) {
      if (this.#prepared === prepared) this.#prepared = null;
      throw error;
    }
  }

  /** Runs an operation in one transaction. @throws SqlUnavailable where trying again may help. */
  async run<T>(work: (client: TransactionSQL) => PromiseLike<T>): Promise<T> {
    await this.ready();
    this.#client ??= connectTo(this.#url, connectionsMax);
    const client = this.#client;
    const answer = inTransaction(client, 'read write', statementTimeoutMs, work);
    return answered(answer, connectTimeoutS * 1_000 + statementTimeoutMs + graceMs, () => {
      if (this.#client === client) this.#client = null;
      giveUp(client);
    });
  }

  /** Runs reads that all see one state, however long they take together. */
  async snapshot<T>(work: (client: TransactionSQL, wait: Answered) => Promise<T>): Promise<T> {
    const client = connectTo(this.#url, 1);
    const wait: Answered = (statement) =>
      answered(statement, auditStatementTimeoutMs + graceMs, () => giveUp(client));
    const mode = 'isolation level repeatable read, read only';
    try {
      return await inTransaction(client, mode, auditStatementTimeoutMs, (reads) =>
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

/** Connects once, for one long transaction. @throws SqlUnavailable */
export async function inOneTransaction<T>(
  url: string,
  work: (client: TransactionSQL) => Promise<T>,
): Promise<T> {
  const client = connectTo(url, 1);
  const answer = inTransaction(client, 'read write', auditStatementTimeoutMs, work);
  try {
    return await answered(answer, auditStatementTimeoutMs + graceMs, () => giveUp(client));
  } finally {
    giveUp(client);
  }
}

function connectTo(url: string, max: number): SQL {
  const connection = { application_name: 'stampede' };
  return new SQL({ url, max, connectionTimeout: connectTimeoutS, connection, prepare: false });
}

async function inTransaction<T>(
  client: SQL,
  mode: string,
  timeoutMs: number,
  work: (client: TransactionSQL) => PromiseLike<T>,
): Promise<T> {
  const { value } = await client.begin(mode, async (transaction) => {
    await transaction.unsafe(`SET LOCAL statement_timeout = ${timeoutMs}`);
    return { value: await work(transaction) };
  });
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
