/** The outcome of a call to a service: refusals are values, faults are exceptions. */
import { type Code, code, type Reply } from '../../actors/protocol.ts';

/** Why nothing was done, or why it is unknown whether anything was. */
type Refusal = Exclude<Code, 0>;

export type Outcome<T> = { value: T; refused: null } | { value: null; refused: Refusal };

export function done<T>(value: T): Outcome<T> {
  return { value, refused: null };
}

export function refuse(refused: Refusal): { value: null; refused: Refusal } {
  return { value: null, refused };
}

/** What an actor's answer means: `value` where it accepted the command. */
export function outcomeOf<T>(reply: Reply, value: T): Outcome<T> {
  return reply.code === code.ok ? done(value) : refuse(reply.code);
}
