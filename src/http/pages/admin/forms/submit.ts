/** Sends what a form says to a service of the shop. */
import type { Context } from 'hono';
import type * as v from 'valibot';
import { checkInput } from '../../../../shop/input.ts';
import type { Outcome } from '../../../../shop/outcome.ts';
import type { AppParts } from '../../../parts.ts';
import { faultCode, faultText } from '../../../wire/fault-answers.ts';
import type { Values } from '../../../wire/form.ts';
import { type ErrorCode, failures } from '../../../wire/messages.ts';
import type { View } from '../../layout.tsx';
import { type Filled, ownTexts } from '../frame.tsx';
import { formFieldOf } from './form-data.ts';

interface FormRefusal {
  code: ErrorCode;
  /** The form's fields that are wrong. */
  fields: readonly string[];
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

/** Faults are logged here and reported as the API reports them: the form stays as it was filled in. */
export async function attempt<T>(
  parts: Pick<AppParts, 'logError'>,
  c: Context,
  service: () => Promise<Outcome<T>>,
): Promise<Submitted<T>> {
  try {
    const { value, refused } = await service();
    return refused === null ? { value, refused } : refuse(refused);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const text = faultText(error);
    if (text !== null) parts.logError('form failed', { path: c.req.path, error: text });
    return refuse(faultCode(error));
  }
}

function refuse(code: ErrorCode, fields: readonly string[] = []): Submitted<never> {
  return { value: null, refused: { code, fields } };
}

/** A form as it was sent, with each error at its field. */
export function filledOf(view: View, values: Values, { code, fields }: FormRefusal): Filled {
  const { checkFields } = ownTexts(view);
  const bounds: Record<string, string> = ownTexts(view).bounds;
  const marked = fields.filter((name) => name in bounds);
  const errors = Object.fromEntries(marked.map((name) => [name, bounds[name]!]));
  const message = marked.length > 0 ? checkFields : failures[code][view.visitor.language];
  return { values, errors, message };
}
