/** `/register`, `/login`, `/login/code` and `/password`. */
import { textsOf } from '../../layout.tsx';
import {
  AccountFrame,
  type AccountProps,
  accountPath,
  accountTextsOf,
  CodeField,
  Field,
  FieldError,
  inputOf,
  PasswordField,
  type State,
  TelephoneField,
} from './parts.tsx';

export function RegisterPage(props: AccountProps) {
  const { view, next, state } = props;
  const own = textsOf(view);
  const asides = (
    <p class="aside">
      {own.haveAccount} <a href={accountPath('/login', next)}>{own.logIn}</a>
    </p>
  );
  return (
    <AccountFrame
      {...props}
      id="register"
      path="/register"
      title={own.register}
      lead={own.registerLead}
      submit={own.registerSubmit}
      asides={asides}
    >
      <TelephoneField {...props} code />
      <CodeField {...props} />
      <div class="pair">
        <Field name="name" label={own.name} state={state}>
          <input
            {...inputOf('name', state)}
            value={state.values.name ?? ''}
            autocomplete="name"
            maxlength={50}
          />
        </Field>
        <Field name="age" label={own.age} state={state}>
          <input
            {...inputOf('age', state)}
            value={state.values.age ?? ''}
            inputmode="numeric"
            maxlength={3}
          />
        </Field>
      </div>
      <fieldset id="gender" aria-describedby="gender-error">
        <legend>{own.gender}</legend>
        <div class="choices">
          <Choice value="f" text={own.female} state={state} />
          <Choice value="m" text={own.male} state={state} />
          <Choice value="x" text={own.otherGender} state={state} />
        </div>
        <FieldError name="gender" state={state} />
      </fieldset>
      <PasswordField
        label={own.password}
        hint={own.passwordHint}
        autocomplete="new-password"
        state={state}
      />
    </AccountFrame>
  );
}

export function LogInPage(props: AccountProps) {
  const { view, next, state } = props;
  const own = textsOf(view);
  const texts = accountTextsOf(view);
  const asides = (
    <>
      <p class="aside">
        <a href={accountPath('/login/code', next)}>{texts.byCode}</a>
      </p>
      <p class="aside">
        <a href={accountPath('/password', next)}>{texts.forgotten}</a>
      </p>
      <Newcomer {...props} />
    </>
  );
  return (
    <AccountFrame
      {...props}
      id="log-in"
      path="/login"
      title={own.logIn}
      lead={own.logInLead}
      submit={own.logIn}
      asides={asides}
    >
      <TelephoneField {...props} code={false} />
      <PasswordField label={own.password} autocomplete="current-password" state={state} />
    </AccountFrame>
  );
}

export function CodeLogInPage(props: AccountProps) {
  const { view, next } = props;
  const own = textsOf(view);
  const texts = accountTextsOf(view);
  const asides = (
    <>
      <p class="aside">
        <a href={accountPath('/login', next)}>{texts.byPassword}</a>
      </p>
      <Newcomer {...props} />
    </>
  );
  return (
    <AccountFrame
      {...props}
      id="log-in-by-code"
      path="/login/code"
      title={texts.byCodeTitle}
      lead={texts.byCodeLead}
      submit={own.logIn}
      asides={asides}
    >
      <TelephoneField {...props} code />
      <CodeField {...props} />
    </AccountFrame>
  );
}

export function NewPasswordPage(props: AccountProps) {
  const { view, next, state } = props;
  const texts = accountTextsOf(view);
  const asides = (
    <p class="aside">
      <a href={accountPath('/login', next)}>{texts.byPassword}</a>
    </p>
  );
  return (
    <AccountFrame
      {...props}
      id="new-password"
      path="/password"
      title={texts.newPassword}
      lead={texts.newPasswordLead}
      submit={texts.newPasswordSubmit}
      asides={asides}
    >
      <TelephoneField {...props} code />
      <CodeField {...props} />
      <PasswordField
        label={texts.newPassword}
        hint={texts.newPasswordHint}
        autocomplete="new-password"
        state={state}
      />
    </AccountFrame>
  );
}

function Newcomer({ view, next }: AccountProps) {
  const own = textsOf(view);
  return (
    <p class="aside">
      {own.noAccount} <a href={accountPath('/register', next)}>{own.register}</a>
    </p>
  );
}

function Choice({ value, text, state }: { value: string; text: string; state: State }) {
  const checked = state.values.gender === value;
  return (
    <label class="choice">
      <input type="radio" name="gender" value={value} checked={checked} />
      <span>{text}</span>
    </label>
  );
}
