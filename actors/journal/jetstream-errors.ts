/**
 * What the errors of JetStream mean for an entry: whether it was refused by the fence, certainly not
 * stored, or may be stored. Anything not known for certain counts as unknown.
 */
import { ErrorCode, NatsError } from 'nats';
import type { Sequence } from '../events.ts';
import { Fenced, JournalCorrupt, JournalUnavailable, OutcomeUnknown } from './journal.ts';

/** Codes of the server's own errors, from its errors.json. */
const wrongLastSequence = 10_071;
const wrongLastId = 10_070;
const streamNotFound = 10_059;
const messageNotFound = 10_037;

/** JetStream is there, but not for this account; or it is switched off. */
export const notEnabledCodes: ReadonlySet<number> = new Set([10_039, 10_076]);

/** Refusals by the server before anything is stored: resources, cluster, stream, entry length. */
const refusedCodes = new Set([10_002, 10_008, 10_023, 10_039, 10_047, 10_054, 10_060, 10_076]);

/** How the server says that no one listens: no stream has the subject, or it has no leader. */
const noResponder = '503';

/**
 * Errors of the client before anything is sent; 503 is how the server says that no one listens, and what
 * its permissions do not allow goes no further than to it.
 */
const unsentCodes = new Set([
  noResponder,
  'MAX_PAYLOAD_EXCEEDED',
  'CONNECTION_CLOSED',
  'CONNECTION_DRAINING',
  'PERMISSIONS_VIOLATION',
]);

/** The error to reject a failed append with. */
export function appendError(partition: number, expectedLast: Sequence, cause: unknown): Error {
  if (isRefusedByFence(cause)) return new Fenced(partition, expectedLast);
  const server = serverCode(cause);
  const nothingStored = server === null ? isUnsent(cause) : refusedCodes.has(server);
  if (nothingStored) return unavailable('the journal took nothing', cause);
  return new OutcomeUnknown(`the journal did not answer: ${messageOf(cause)}`, { cause });
}

/** The error to reject a failed reading with. */
export function readError(partition: number, sequence: Sequence, cause: unknown): Error {
  switch (serverCode(cause)) {
    case streamNotFound:
      return new JournalCorrupt(partition, sequence, 'the stream is gone');
    case messageNotFound:
      return new JournalCorrupt(partition, sequence, 'missing');
    default:
      return unavailable('the journal cannot be read', cause);
  }
}

export function isRefusedByFence(cause: unknown): boolean {
  return serverCode(cause) === wrongLastSequence;
}

/** Whether the last message has another id than the append named, or one that the server does not know. */
export function isWrongLastId(cause: unknown): boolean {
  return serverCode(cause) === wrongLastId;
}

/** Whether a server has not answered in time. */
export function isTimeout(cause: unknown): boolean {
  return cause instanceof NatsError && cause.code === ErrorCode.Timeout;
}

export function isNoStream(cause: unknown): boolean {
  return serverCode(cause) === streamNotFound;
}

export function unavailable(what: string, cause: unknown): JournalUnavailable {
  return new JournalUnavailable(`${what}: ${messageOf(cause)}`, { cause });
}

export function messageOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return 'code' in cause ? `${cause.message} (${cause.code})` : cause.message;
}

/** The code of an error that the server itself answered with; null for any other error. */
export function serverCode(cause: unknown): number | null {
  if (!(cause instanceof Error && 'api_error' in cause)) return null;
  const answer = cause.api_error;
  const coded = typeof answer === 'object' && answer !== null && 'err_code' in answer;
  return coded ? Number(answer.err_code) : null;
}

export function isNoResponder(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === noResponder;
}

function isUnsent(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && unsentCodes.has(String(cause.code));
}
