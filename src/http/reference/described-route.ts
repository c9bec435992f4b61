/** What the reference says about a route, and the codes that many of them share. */
import type * as v from 'valibot';
import type { ErrorCode } from '../wire/messages.ts';

export interface DescribedRoute {
  method: 'GET' | 'POST' | 'DELETE';
  /** As the router has it: parameters begin with a colon. */
  path: string;
  who: 'anyone' | 'user' | 'admin' | 'user or admin';
  summary: string;
  query?: Record<string, v.GenericSchema>;
  body?: v.GenericSchema;
  bodyExample?: unknown;
  /** By status, what a success carries; null where it is not the JSON envelope. */
  answers: Partial<Record<200 | 201, { data: v.GenericSchema; example: unknown }>> | null;
  codes: readonly ErrorCode[];
}

/** What any route with a body may answer, and any that asks an actor. */
export const body: readonly ErrorCode[] = [10001, 10006];
export const actor: readonly ErrorCode[] = [10004, 30002, 30003];
export const admin: readonly ErrorCode[] = [20003, 20006];
