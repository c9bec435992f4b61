/** What the actor makes of a command. */
import type { Event } from '../events.ts';
import { type Code, code } from '../protocol.ts';

/** At most one event, and the answer once it is durable. */
export interface Decision {
  event: Event | null;
  code: Code;
  /** The command was carried out earlier. */
  repeated: boolean;
  /** The order the answer is about; 0 without one. */
  n: number;
  /** Whose standing the answer is about, and under which terms; null without one. */
  stands: { user: number; index: number } | null;
  /** See `Reply.about`. */
  about: number;
}

export function refuse(reason: Code, about = 0): Decision {
  return { event: null, code: reason, repeated: false, n: 0, stands: null, about };
}

/** Without an event the command was carried out earlier. */
export function accept(event: Event | null, n = 0): Decision {
  return { event, code: code.ok, repeated: event === null, n, stands: null, about: 0 };
}

/** Who did it, where that is known. */
export function signed({ by }: { by?: string }): { by?: string } {
  return by === undefined || by === '' ? {} : { by };
}
