/** Validating input from people and programs: what is wrong with it, and the fields that inputs share. */
import * as v from 'valibot';
import { timeMsMax } from '../../actors/limits.ts';
import { normalCode } from '../accounts/one-time-passwords.ts';
import { normalTelephone } from '../accounts/telephone.ts';

/** Either the value, or what is wrong with it, by field. */
export type Checked<T> = { value: T; wrong: null } | { value: null; wrong: Record<string, string> };

/** Names every wrong field, or `body` where the whole input is wrong. */
export function checkInput<S extends v.GenericSchema>(
  schema: S,
  input: unknown,
): Checked<v.InferOutput<S>> {
  const result = v.safeParse(schema, input);
  if (result.success) return { value: result.output, wrong: null };
  const wrong: Record<string, string> = {};
  for (const issue of result.issues) {
    const missing = issue.type === 'object' && issue.received === 'undefined';
    wrong[v.getDotPath(issue) ?? 'body'] ??= missing ? 'is missing' : issue.message;
  }
  return { value: null, wrong };
}

export function integerField(min: number, max: number) {
  const message = `must be an integer from ${min} to ${max}`;
  return v.pipe(
    v.number(message),
    v.safeInteger(message),
    v.minValue(min, message),
    v.maxValue(max, message),
  );
}

/** An integer id as text: in a path, a query or a form. */
export function idField(max: number) {
  const message = 'must be a positive integer';
  return v.pipe(
    v.string(message),
    v.regex(/^[1-9]\d{0,15}$/, message),
    v.transform(Number),
    v.maxValue(max, message),
  );
}

export function flagField() {
  return v.boolean('must be true or false');
}

export function textField(min: number, max: number) {
  const message = `must be text of ${min} to ${max} characters`;
  return v.pipe(v.string(message), v.trim(), v.minLength(min, message), v.maxLength(max, message));
}

/** Room for the longest addresses that picture services give. */
const urlCharactersMax = 2_000;

/**
 * An http or https URL, or a path of this site. Browsers skip tabs and line ends in an address and take
 * a backslash for a slash, so that other texts than `//host` lead to another site as well.
 */
export function pictureField() {
  const message = 'must be an http or https URL, or a path of this site';
  return v.pipe(
    v.string(message),
    v.maxLength(urlCharactersMax, message),
    // The pattern without the check is what the reference can show, to clients in any language.
    v.regex(/^(https?:\/\/[^/\\\s][^\\\s]*|\/([^/\\\s][^\\\s]*)?)$/, message),
    v.check(isPicture, message),
  );
}

const someSite = 'https://site.invalid';

function isPicture(text: string): boolean {
  const url = URL.parse(text, someSite);
  if (url === null || /[\0-\x20\x7f-\x9f]/.test(text)) return false;
  if (text.startsWith('/')) return url.origin === someSite;
  return /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
}

const rfc3339 =
  /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/i;

/** Whether a day exists: `Date.parse` takes the 30th of February for the 2nd of March. */
function isDay(text: string): boolean {
  const midnight = new Date(`${text}T00:00:00Z`);
  return Number.isFinite(midnight.getTime()) && midnight.toISOString().startsWith(text);
}

/** An RFC 3339 time with a zone, as milliseconds since 1970 UTC. */
export function timeField() {
  const message = 'must be an RFC 3339 time such as 2026-11-27T20:00:00Z';
  return v.pipe(
    v.string(message),
    v.metadata({ format: 'date-time' }),
    v.check((text) => isDay(rfc3339.exec(text)?.[1] ?? ''), message),
    v.transform((text) => Date.parse(text)),
    v.check((ms) => ms >= 0 && ms <= timeMsMax, message),
  );
}

/** Longer than any number with marks and spaces between its digits. */
const telephoneCharactersMax = 128;
const codeCharactersMax = 64;

/** A telephone number, as E.164. */
export function telephoneField() {
  const message = 'must be a telephone number such as +8613800000000';
  return v.pipe(
    v.string(message),
    v.maxLength(telephoneCharactersMax, message),
    v.transform(normalTelephone),
    v.string(message),
  );
}

/** A one-time password, as it was sent. */
export function codeField() {
  const message = 'must be six digits';
  return v.pipe(
    v.string(message),
    v.maxLength(codeCharactersMax, message),
    v.transform(normalCode),
    v.string(message),
  );
}
