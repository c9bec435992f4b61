/** `/register` and `/login`. */
import type { Child } from 'hono/jsx';
import { Layout, textsOf, type View } from '../layout.tsx';
import { withQuery } from '../visitor.ts';

interface AccountProps {
  view: View;
  /** Where to go when it is done: a path of this site. */
  next: string;
}

export function RegisterPage({ view, next }: AccountProps) {
  const own = textsOf(view);
  return (
    <Layout view={view} title={own.register} script="register.js" data={{ next }}>
      <section class="account">
        <h1>{own.register}</h1>
        <p class="lead">{own.registerLead}</p>
        <form id="register" novalidate>
          <Field name="telephone" label={own.telephone} hint={own.telephoneHint}>
            <div class="joined">
              <input {...fieldOf('telephone', true)} type="tel" autocomplete="tel" />
              <button type="button" class="secondary" id="send-code">
                {own.sendCode}
              </button>
            </div>
          </Field>
          <Field name="otp" label={own.otp}>
            <input
              {...fieldOf('otp')}
              inputmode="numeric"
              autocomplete="one-time-code"
              maxlength={64}
              class="code"
            />
          </Field>
          <div class="pair">
            <Field name="name" label={own.name}>
              <input {...fieldOf('name')} autocomplete="name" maxlength={50} />
            </Field>
            <Field name="age" label={own.age}>
              <input {...fieldOf('age')} type="number" inputmode="numeric" min="0" max="150" />
            </Field>
          </div>
          <fieldset id="gender" aria-describedby="gender-error">
            <legend>{own.gender}</legend>
            <div class="choices">
              <Choice value="f" text={own.female} />
              <Choice value="m" text={own.male} />
              <Choice value="x" text={own.otherGender} />
            </div>
            <p class="error" id="gender-error"></p>
          </fieldset>
          <Field name="password" label={own.password} hint={own.passwordHint}>
            <input
              {...fieldOf('password', true)}
              type="password"
              autocomplete="new-password"
              maxlength={128}
            />
          </Field>
          <p class="message" id="message" role="status" aria-live="polite"></p>
          <button type="submit" class="primary">
            {own.registerSubmit}
          </button>
        </form>
        <p class="aside">
          {own.haveAccount} <a href={accountPath('/login', next)}>{own.logIn}</a>
        </p>
      </section>
    </Layout>
  );
}

export function LogInPage({ view, next }: AccountProps) {
  const own = textsOf(view);
  return (
    <Layout view={view} title={own.logIn} script="login.js" data={{ next }}>
      <section class="account">
        <h1>{own.logIn}</h1>
        <p class="lead">{own.logInLead}</p>
        <form id="log-in" novalidate>
          <Field name="telephone" label={own.telephone} hint={own.telephoneHint}>
            <input {...fieldOf('telephone', true)} type="tel" autocomplete="tel" />
          </Field>
          <Field name="password" label={own.password}>
            <input
              {...fieldOf('password')}
              type="password"
              autocomplete="current-password"
              maxlength={128}
            />
          </Field>
          <p class="message" id="message" role="status" aria-live="polite"></p>
          <button type="submit" class="primary">
            {own.logIn}
          </button>
        </form>
        <p class="aside">
          {own.noAccount} <a href={accountPath('/register', next)}>{own.register}</a>
        </p>
      </section>
    </Layout>
  );
}

function accountPath(page: '/login' | '/register', next: string): string {
  return next === '/' ? page : withQuery(page, 'next', next);
}

interface FieldProps {
  name: string;
  label: string;
  hint?: string;
  children: Child;
}

function Field({ name, label, hint, children }: FieldProps) {
  return (
    <div class="field">
      <label for={name}>{label}</label>
      {children}
      {hint !== undefined && (
        <p class="hint" id={`${name}-hint`}>
          {hint}
        </p>
      )}
      <p class="error" id={`${name}-error`}></p>
    </div>
  );
}

/** The attributes that tie an input to its label, its hint and its error. */
function fieldOf(name: string, hinted = false) {
  const described = hinted ? `${name}-hint ${name}-error` : `${name}-error`;
  return { id: name, name, required: true, 'aria-describedby': described };
}

function Choice({ value, text }: { value: string; text: string }) {
  return (
    <label class="choice">
      <input type="radio" name="gender" value={value} />
      <span>{text}</span>
    </label>
  );
}
