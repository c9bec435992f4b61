/** What the forms of accounts are made of. They are sent to the server, and need no script. */
import type { Child } from 'hono/jsx';
import type { Values } from '../../../wire/form.ts';
import { Layout, textsOf, type View } from '../../layout.tsx';
import { withQuery } from '../../visitor.ts';
import { type AccountTexts, accountTexts } from './account-texts.ts';

/** A form as it was sent, and what came of it. */
export interface State {
  /** Without secrets: a password is not sent back. */
  values: Values;
  /** By field, in the order of the fields. */
  errors: Record<string, string>;
  /** About the form as a whole. */
  message: { text: string; isError: boolean } | null;
  /** How long until the telephone in the form may be sent another code, in milliseconds. */
  codeWaitMs: number;
}

export const untouched: State = { values: {}, errors: {}, message: null, codeWaitMs: 0 };

export interface AccountProps {
  view: View;
  /** Where to go when it is done: a path of this site. */
  next: string;
  state: State;
}

export const erasePath = '/account/delete';

export type AccountPath = '/register' | '/login' | '/login/code' | '/password' | typeof erasePath;

/** The button of a form that asks for a code: its name and value. */
export const asksForCode = { name: 'do', value: 'code' } as const;

export function accountTextsOf({ visitor }: View): AccountTexts {
  return accountTexts[visitor.language];
}

export function accountPath(page: AccountPath, next: string): string {
  return next === '/' ? page : withQuery(page, 'next', next);
}

interface FrameProps extends AccountProps {
  id: string;
  path: AccountPath;
  title: string;
  lead: string;
  submit: string;
  /** The fields. */
  children: Child;
  /** Links below the form. */
  asides: Child;
}

export function AccountFrame(props: FrameProps) {
  const { view, next, state, id, path, title, lead, submit, children, asides } = props;
  const { message } = state;
  const data = { waitText: accountTextsOf(view).wait };
  return (
    <Layout
      view={view}
      title={title}
      description={lead}
      script="account.js"
      data={data}
      noScript={null}
    >
      <section class="account">
        <h1>{title}</h1>
        <p class="lead">{lead}</p>
        <form id={id} method="post" action={accountPath(path, next)} novalidate data-account>
          {/* The Enter key presses a form's first button: this one, not the one that asks for a code. */}
          <button type="submit" class="visually-hidden" tabindex={-1}>
            {submit}
          </button>
          {children}
          <p
            class={message?.isError ? 'message error' : 'message'}
            id="message"
            role="status"
            aria-live="polite"
          >
            {message?.text}
          </p>
          <button type="submit" class="primary">
            {submit}
          </button>
        </form>
        {asides}
      </section>
    </Layout>
  );
}

/** The telephone, with the button that asks for a code where the form needs one. */
export function TelephoneField({ view, state, code }: AccountProps & { code: boolean }) {
  const own = textsOf(view);
  const input = (
    <input
      {...inputOf('telephone', state, true)}
      value={state.values.telephone ?? ''}
      type="tel"
      autocomplete="tel"
    />
  );
  const waitMs = state.codeWaitMs > 0 ? { 'data-wait-ms': Math.ceil(state.codeWaitMs) } : {};
  return (
    <Field name="telephone" label={own.telephone} hint={own.telephoneHint} state={state}>
      {code ? (
        <div class="joined">
          {input}
          <button type="submit" class="secondary" id="send-code" {...asksForCode} {...waitMs}>
            {own.sendCode}
          </button>
        </div>
      ) : (
        input
      )}
    </Field>
  );
}

export function CodeField({ view, state }: AccountProps) {
  return (
    <Field name="otp" label={textsOf(view).otp} state={state}>
      <input
        {...inputOf('otp', state)}
        value={state.values.otp ?? ''}
        inputmode="numeric"
        autocomplete="one-time-code"
        maxlength={64}
        class="code"
      />
    </Field>
  );
}

interface PasswordProps {
  label: string;
  hint?: string;
  autocomplete: 'new-password' | 'current-password';
  state: State;
}

export function PasswordField({ label, hint, autocomplete, state }: PasswordProps) {
  const hinted = hint !== undefined;
  return (
    <Field name="password" label={label} state={state} {...(hinted ? { hint } : {})}>
      <input
        {...inputOf('password', state, hinted)}
        type="password"
        autocomplete={autocomplete}
        maxlength={128}
      />
    </Field>
  );
}

interface FieldProps {
  name: string;
  label: string;
  hint?: string;
  state: State;
  children: Child;
}

export function Field({ name, label, hint, state, children }: FieldProps) {
  return (
    <div class="field">
      <label for={name}>{label}</label>
      {children}
      {hint !== undefined && (
        <p class="hint" id={`${name}-hint`}>
          {hint}
        </p>
      )}
      <FieldError name={name} state={state} />
    </div>
  );
}

export function FieldError({ name, state }: { name: string; state: State }) {
  return (
    <p class="error" id={`${name}-error`}>
      {state.errors[name]}
    </p>
  );
}

/** The attributes that tie an input to its label, its hint and its error; the first wrong one has the focus. */
export function inputOf(name: string, { errors }: State, hinted = false) {
  const described = hinted ? `${name}-hint ${name}-error` : `${name}-error`;
  const isFirst = Object.keys(errors)[0] === name;
  return {
    id: name,
    name,
    required: true,
    'aria-describedby': described,
    ...(name in errors ? { 'aria-invalid': 'true' as const } : {}),
    ...(isFirst ? { autofocus: true } : {}),
  };
}
