/** The outcome of a call to a service: refusals are values, faults are exceptions. */
import { type Code, code, type Reply } from '../../actors/protocol.ts';

/** Why nothing was done, or why it is unknown whether anything was. */
type Refusal = Exclude<Code, 0>;

export type Outcome<T> =
  | { value: T; refused: null }
  /** `about`: see `Reply`. */
  | { value: null; refused: Refusal; about: number };

export function done<T>(value: T): Outcome<T> {
  return { value, refused: null };
}

export function refuse(refused: Refusal, about = 0): Outcome<never> & { refused: Refusal } {
  return { value: null, refused, about };
}

/** What an actor's answer means: `value` where it accepted the command. */
export function outcomeOf<T>(reply: Reply, value: T): Outcome<T> {
  return reply.code === code.ok ? done(value) : refuse(reply.code, reply.about);
}
