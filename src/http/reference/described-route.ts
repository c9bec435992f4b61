/** What the reference says about a route, and the codes that many of them share. */
import type * as v from 'valibot';
import type { Scope } from '../../operators/scopes.ts';
import type { ErrorCode } from '../wire/messages.ts';

interface Answer {
  data: v.GenericSchema;
  example: unknown;
}

/** An answer that is not in the JSON envelope. */
interface OtherAnswer {
  /** Without parameters. */
  type:
    | 'text/plain'
    | 'text/event-stream'
    | 'text/csv'
    | 'application/json'
    | 'application/x-ndjson';
  schema: { type: 'string' | 'object' };
  example: unknown;
}

interface Described {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** As the router has it: parameters begin with a colon. */
  path: string;
  /** The path that the router has instead, where it cannot have this one. */
  routed?: string;
  /**
   * `key`: whoever has a key with the scope; administrators have every scope. `metrics`: anyone, or whoever
   * has METRICS_TOKEN where that is set, or such a key.
   */
  who:
    | 'anyone'
    | 'user'
    | 'admin'
    | 'key'
    | 'user or key'
    | 'provider'
    | 'metrics'
    | 'metrics or key';
  scope?: Scope;
  summary: string;
  query?: Record<string, v.GenericSchema>;
  body?: v.GenericSchema;
  bodyExample?: unknown;
  /** The types of a body that is a file. */
  file?: readonly string[];
  codes: readonly ErrorCode[];
  /** Takes an `Idempotency-Key`: the same request again is not carried out again. */
  once?: true;
}

export type DescribedRoute = Described &
  (
    | {
        /** By status, what the envelope carries; with 503 its status is `fail`. */
        answers: Partial<Record<200 | 201 | 202 | 503, Answer>>;
      }
    | { answers: null; other: OtherAnswer }
  );

/** What any route with a body may answer, and any that asks an actor. */
export const body: readonly ErrorCode[] = [10001, 10006];
export const actor: readonly ErrorCode[] = [10004, 30002, 30003];
/** What routes of operators answer others; 10003 after too many wrong tokens. */
export const admin: readonly ErrorCode[] = [10003, 20003, 20006];
/** What a request with an idempotency key may be answered beside what its route answers. */
const keyed: readonly ErrorCode[] = [10001, 10004, 30003, 30014];
/** What a request with an API key may be answered: SQL is away, and cannot tell whose it is. */
const byKey: readonly ErrorCode[] = [10004];

/** All that a route may answer, each once. */
export function codesOf({ codes, once, who }: DescribedRoute): Set<ErrorCode> {
  const mayHaveKey = who === 'admin' || who.includes('key') || who === 'metrics';
  return new Set([...codes, ...(once ? keyed : []), ...(mayHaveKey ? byKey : [])]);
}
