/** Reading the forms that pages send. */
import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { bodyBytesMax } from '../../../actors/limits.ts';
import { failure } from './envelope.ts';

/** In front of every form: refuses one that is too long. */
export const formMax = bodyLimit({
  maxSize: bodyBytesMax,
  onError: (c) => failure(c.req.raw, 10006),
});

export type Values = Record<string, string>;

/** The text fields of a form. */
export async function valuesOf(c: Context): Promise<Values> {
  const fields = Object.entries(await c.req.parseBody());
  return Object.fromEntries(
    fields.filter((field): field is [string, string] => typeof field[1] === 'string'),
  );
}
