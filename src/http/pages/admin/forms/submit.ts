/** Sends what a form says to a service of the shop. */
import type { Context } from 'hono';
import type * as v from 'valibot';
import { sha256 } from '../../../../../actors/sha256.ts';
import { checkInput } from '../../../../shop/input.ts';
import { type Outcome, refuse as refuseCode } from '../../../../shop/outcome.ts';
import { actorName } from '../../../guard/admin.ts';
import { notCarriedOut } from '../../../guard/idempotency.ts';
import type { AppParts } from '../../../parts.ts';
import { faultCode, faultText } from '../../../wire/fault-answers.ts';
import type { Values } from '../../../wire/form.ts';
import { type ErrorCode, failures } from '../../../wire/messages.ts';
import type { View } from '../../layout.tsx';
import { boundsOf, type Filled, ownTexts } from '../frame.tsx';
import { formFieldOf } from './form-data.ts';

export interface FormRefusal {
  code: ErrorCode;
  /** The form's fields that are wrong. */
  fields: readonly string[];
  /** See `Reply`. */
  about: number;
}

type Submitted<T> = { value: T; refused: null } | { value: null; refused: FormRefusal };

/** Calls the service with the input, where its schema accepts it. */
export async function submit<S extends v.GenericSchema, T>(
  parts: Pick<AppParts, 'logError'>,
  c: Context,
  { schema, input }: { schema: S; input: unknown },
  service: (input: v.InferOutput<S>) => Promise<Outcome<T>>,
): Promise<Submitted<T>> {
  const { value, wrong } = checkInput(schema, input);
  if (wrong !== null) return refuse(10001, Object.keys(wrong).map(formFieldOf));
  return attempt(parts, c, () => service(value));
}

/**
 * As `submit`, once for each key of a form: one that is sent again, by a second click or after a time-out,
 * gets what came of it before.
 * @param service - gets the name of the attempt; null where the form has no key.
 */
export async function submitOnce<S extends v.GenericSchema, T>(
  parts: Pick<AppParts, 'logError' | 'answers'>,
  c: Context,
  { key, ...form }: { schema: S; input: unknown; key: string | undefined },
  service: (input: v.InferOutput<S>, attempt: string | null) => Promise<Outcome<T>>,
): Promise<Submitted<T>> {
  return submit(parts, c, form, async (value) => {
    if (key === undefined || key === '') return service(value, null);
    const name = `form ${actorName(c)} ${sha256(key)}`;
    const what = sha256(`${c.req.path} ${JSON.stringify(value)}`);
    const carried = await parts.answers.once(name, what, async (attempt) => {
      const answer = await service(value, attempt);
      return { answer, final: answer.refused === null };
    });
    const { outcome } = carried;
    return outcome === 'answered' ? carried.answer : refuseCode(notCarriedOut[outcome]);
  });
}

/** Faults are logged here and reported as the API reports them: the form stays as it was filled in. */
export async function attempt<T>(
  parts: Pick<AppParts, 'logError'>,
  c: Context,
  service: () => Promise<Outcome<T>>,
): Promise<Submitted<T>> {
  try {
    const outcome = await service();
    if (outcome.refused === null) return outcome;
    return refuse(outcome.refused, [], outcome.about);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const text = faultText(error);
    if (text !== null) parts.logError('form failed', { path: c.req.path, error: text });
    return refuse(faultCode(error));
  }
}

function refuse(code: ErrorCode, fields: readonly string[] = [], about = 0): Submitted<never> {
  return { value: null, refused: { code, fields, about } };
}

/** After these the same form may be sent again; after anything else it is another one, with another key. */
const sameAgain = new Set<ErrorCode>([10001, 10004]);

/** A form as it was sent, with each error at its field. */
export function filledOf(view: View, values: Values, { code, fields }: FormRefusal): Filled {
  const { checkFields } = ownTexts(view);
  const bounds: Record<string, string> = boundsOf(view);
  const marked = fields.filter((name) => name in bounds);
  const errors = Object.fromEntries(marked.map((name) => [name, bounds[name]!]));
  const message = marked.length > 0 ? checkFields : failures[code][view.visitor.language];
  const { key: _, ...others } = values;
  return { values: sameAgain.has(code) ? values : others, errors, message };
}
