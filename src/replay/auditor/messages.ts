/** What is said between an audit and the threads that audit its partitions (`thread.ts`). */
import type { Config } from '../../config.ts';
import type { AuditAsked, AuditedPart } from './auditor.ts';

export type ToAuditor =
  | { type: 'open'; config: Config; asked: AuditAsked }
  /** Once it has opened, and for each further partition once the last one is audited. */
  | { type: 'audit'; partition: number }
  | { type: 'close' };

export type FromAuditor =
  /** How many entries and orders it has read in all; now and then. */
  | ({ type: 'read' } & Tally)
  | { type: 'audited'; part: AuditedPart }
  | { type: 'failed'; fault: Fault }
  | { type: 'closed' };

export interface Tally {
  entries: number;
  orders: number;
}

/** An error, as it can be sent: what one is told of it. */
interface Fault {
  name: string;
  message: string;
}

export function faultOf(error: unknown): Fault {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return { name, message };
}

export function errorOf({ name, message }: Fault): Error {
  return Object.assign(new Error(message), { name });
}
