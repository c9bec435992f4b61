/** What comes of the forms of accounts: the state to show them in again, or somebody to log in. */
import type { Context } from 'hono';
import type * as v from 'valibot';
import { addressBlock, type RateName } from '../../../../admission/rate-limits.ts';
import { checkInput } from '../../../../shop/input.ts';
import { codeRequestSchema } from '../../../../shop/people/input.ts';
import type { PeopleOutcome, PeopleRefusal } from '../../../../shop/people/parts.ts';
import { sendCode } from '../../../../shop/people/send-code.ts';
import { askerOf } from '../../../guard/cookies.ts';
import type { AppParts } from '../../../parts.ts';
import { faultCode, faultText } from '../../../wire/fault-answers.ts';
import type { Values } from '../../../wire/form.ts';
import { failures, waitText } from '../../../wire/messages.ts';
import type { View } from '../../layout.tsx';
import { fill } from '../../texts.ts';
import type { AccountTexts } from './account-texts.ts';
import { accountTextsOf, type State, untouched } from './parts.tsx';

/** A form that was not accepted: what it shows, with the status of the answer. */
export interface Unaccepted {
  state: State;
  status: 200 | 400 | 401 | 404 | 409 | 429 | 500 | 503;
  /** When it may be sent again, where that is known. */
  retryAfterMs?: number;
}

export type Submitted<T> = { value: T; again: null } | { value: null; again: Unaccepted };

/** What was sent, and how it is answered. */
export interface Sent {
  view: View;
  values: Values;
  /** In place of those that forms of accounts have in common. */
  texts?: Partial<AccountTexts>;
}

/** A form in front of a service. */
export interface AccountForm<S extends v.GenericSchema, T> {
  limit: RateName;
  schema: S;
  input(values: Values): unknown;
  service(input: v.InferOutput<S>): Promise<PeopleOutcome<T>>;
}

/** The pause between two codes, after which the button may be pressed again. */
const codePauseMs = 60_000;

/** Calls a form's service with what was filled in, where its schema accepts it. */
export async function submit<S extends v.GenericSchema, T>(
  parts: AppParts,
  c: Context,
  { view, values, texts }: Sent,
  form: AccountForm<S, T>,
): Promise<Submitted<T>> {
  const again = (unaccepted: Unaccepted) => ({ value: null, again: unaccepted });
  const shown = shownValues(values);
  return guarded(parts, c, view, shown, async () => {
    const limited = await limitOf(parts, c, form.limit, view, shown);
    if (limited !== null) return again(limited);
    const { value, wrong } = checkInput(form.schema, form.input(values));
    if (wrong !== null) return again(marked(view, shown, Object.keys(wrong)));
    const { value: done, refused } = await form.service(value);
    return refused === null
      ? { value: done, again: null }
      : again(unaccepted(view, shown, refused, texts));
  });
}

/** Sends a code to the telephone of a form, and says who brings it. */
export async function askForCode(
  parts: AppParts,
  c: Context,
  { view, values }: Sent,
): Promise<Unaccepted> {
  const shown = shownValues({ ...values, otp: '' });
  const { again } = await guarded(parts, c, view, shown, async () => {
    const limited = await limitOf(parts, c, 'oneTimePasswordByAddress', view, shown);
    if (limited !== null) return { value: null, again: limited };
    const { value, wrong } = checkInput(codeRequestSchema, values);
    if (wrong !== null) return { value: null, again: marked(view, shown, ['telephone']) };
    const { value: sent, refused } = await sendCode(parts, value.telephone, askerOf(c, parts));
    return { value: null, again: codeAnswer(parts, { view, values: shown }, sent, refused) };
  });
  // Nothing in it gives a value.
  return again!;
}

/** Who brings the code, or when the next one may be asked for. */
function codeAnswer(
  { oneTimePasswords: { delivery } }: Pick<AppParts, 'oneTimePasswords'>,
  { view, values }: { view: View; values: Values },
  sent: { shown: string | null } | null,
  refused: PeopleRefusal | null,
): Unaccepted {
  const own = accountTextsOf(view);
  if (delivery === 'log') {
    const message = { text: own.noGateway, isError: true };
    return { state: { ...untouched, values, message }, status: 200 };
  }
  if (refused !== null) {
    const codeWaitMs = 'retryAfterMs' in refused ? refused.retryAfterMs : 0;
    const wait = waitText(codeWaitMs, view.visitor.language);
    const errors = { telephone: fill(own.codeWait, { wait }) };
    const state = { ...untouched, values, errors, codeWaitMs };
    return { state, status: 429, retryAfterMs: codeWaitMs };
  }
  const code = sent?.shown ?? null;
  const text = code === null ? own.codeSent : fill(own.codeShown, { code });
  const message = { text, isError: false };
  return { state: { ...untouched, values, message, codeWaitMs: codePauseMs }, status: 200 };
}

/** Says when a form may be sent again, where that is known. */
export function tellWhen(c: Context, { status, retryAfterMs }: Unaccepted): void {
  if (retryAfterMs === undefined || (status !== 429 && status !== 503)) return;
  c.header('retry-after', String(Math.max(1, Math.ceil(retryAfterMs / 1_000))));
}

/** Passwords are not sent back: a page is kept in places where they should not be. */
function shownValues({ password: _, do: __, ...values }: Values): Values {
  return values;
}

async function limitOf(
  { limits, addressOf }: AppParts,
  c: Context,
  name: RateName,
  view: View,
  values: Values,
): Promise<Unaccepted | null> {
  const limit = await limits.spend(name, addressBlock(addressOf(c.req.raw)));
  return limit.allowed
    ? null
    : tooMany(view, values, limit.retryAfterMs, accountTextsOf(view).tooMany);
}

function tooMany(view: View, values: Values, retryAfterMs: number, text: string): Unaccepted {
  const wait = waitText(retryAfterMs, view.visitor.language);
  const message = { text: fill(text, { wait }), isError: true };
  return { state: { ...untouched, values, message }, status: 429, retryAfterMs };
}

function marked(view: View, values: Values, fields: readonly string[]): Unaccepted {
  const own = accountTextsOf(view);
  const bounds: Record<string, string> = own.errors;
  const errors = Object.fromEntries(fields.map((name) => [name, bounds[name] ?? '']));
  return { state: checking(own, values, errors), status: 400 };
}

function checking(own: AccountTexts, values: Values, errors: Record<string, string>): State {
  return { ...untouched, values, errors, message: { text: own.checkFields, isError: true } };
}

function unaccepted(
  view: View,
  values: Values,
  refused: PeopleRefusal,
  texts: Sent['texts'],
): Unaccepted {
  const own = { ...accountTextsOf(view), ...texts };
  if ('retryAfterMs' in refused) {
    return tooMany(view, values, refused.retryAfterMs, own.tooManyLogIns);
  }
  const at = (name: string, text: string) => checking(own, values, { [name]: text });
  const code = 'usedUp' in refused ? own.usedUpCode : own.wrongCode;
  switch (refused.code) {
    case 20001:
      return { state: at('telephone', own.notRegistered), status: 404 };
    case 20002: {
      const message = { text: own.wrongPassword, isError: true };
      return { state: { ...untouched, values, message }, status: 401 };
    }
    case 20004:
      return { state: at('telephone', own.registered), status: 409 };
    case 20005:
      return { state: at('otp', code), status: 400 };
    case 30003:
      return failed(view, values, 30003);
  }
}

function failed(view: View, values: Values, code: 10002 | 10004 | 30003): Unaccepted {
  const { status, ...texts } = failures[code];
  const message = { text: texts[view.visitor.language], isError: true };
  return { state: { ...untouched, values, message }, status, retryAfterMs: 1_000 };
}

/** Faults are logged here and reported as the API reports them: the form stays as it was filled in. */
async function guarded<T>(
  { logError }: Pick<AppParts, 'logError'>,
  c: Context,
  view: View,
  values: Values,
  work: () => Promise<Submitted<T>>,
): Promise<Submitted<T>> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const text = faultText(error);
    if (text !== null) logError('form failed', { path: c.req.path, error: text });
    const code = faultCode(error);
    const told = code === 10004 || code === 30003 ? code : 10002;
    return { value: null, again: failed(view, values, told) };
  }
}
