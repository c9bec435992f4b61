/** The frame of the administrator's pages, and the parts of their forms. */
import type { Child } from 'hono/jsx';
import { priceMinorMax } from '../../../../actors/limits.ts';
import { minorDigits } from '../../../currency.ts';
import { Layout, type View } from '../layout.tsx';
import { amountText, money } from '../money.ts';
import { fill } from '../texts.ts';
import { type AdminTexts, adminTexts } from './admin-texts.ts';
import { adminScriptTexts } from './script-texts.ts';
import { Sections } from './sections.tsx';

/** The page that a form was on, for links back to it. */
export function here(view: View, path: string): View {
  return { ...view, visitor: { ...view.visitor, path } };
}

interface FrameProps {
  view: View;
  title: string;
  script?: string;
  /** Styles in `browser/` beside those of all of these pages. */
  styles?: readonly string[];
  data?: Record<string, unknown>;
  /** False before the log-in. */
  loggedIn?: boolean;
  children: Child;
}

export function ownTexts({ visitor }: View): AdminTexts {
  return adminTexts[visitor.language];
}

/** The bounds of fields, by name; amounts in the shop's currency. */
export function boundsOf(view: View): AdminTexts['bounds'] {
  const { bounds } = ownTexts(view);
  const { currency } = view;
  const example = amountText(Math.round(89.9 * 10 ** minorDigits(currency)), currency);
  const price = fill(bounds.price, { example, max: money(priceMinorMax, view) });
  return { ...bounds, price };
}

export function Frame({ view, title, loggedIn = true, ...props }: FrameProps) {
  const { script, styles = [], data, children } = props;
  const own = ownTexts(view);
  return (
    <Layout
      view={view}
      title={title === own.logIn.title ? title : `${title} · ${own.logIn.title}`}
      description={own.logIn.lead}
      isListed={false}
      script={script ?? 'admin.js'}
      data={{ ...data, admin: adminScriptTexts[view.visitor.language] }}
      ownStyles={[
        'admin.css',
        'admin-live.css',
        'admin-pictures.css',
        'admin-sales.css',
        ...styles,
      ]}
      menu={loggedIn ? <Menu own={own} operator={view.operator} /> : ''}
      sections={loggedIn && <Sections view={view} />}
      noScript={own.noScript}
    >
      {children}
    </Layout>
  );
}

function Menu({ own, operator }: { own: AdminTexts; operator: string | undefined }) {
  return (
    <>
      {operator !== undefined && operator !== 'admin' && <span class="hint">{operator}</span>}
      <a href="/docs">{own.menu.docs}</a>
      <form method="post" action="/admin/log-out">
        <button type="submit" class="plain">
          {own.menu.logOut}
        </button>
      </form>
    </>
  );
}

interface HeadingProps {
  title: string;
  lead?: string;
  /** Beside it, or below where that is too narrow. */
  children?: Child;
}

export function Heading({ title, lead, children }: HeadingProps) {
  return (
    <div class="heading">
      <div>
        <h1>{title}</h1>
        {lead !== undefined && <p class="lead">{lead}</p>}
      </div>
      {children !== undefined && <div class="heading-side">{children}</div>}
    </div>
  );
}

/** The head of a table. */
export function Columns({ names }: { names: readonly string[] }) {
  return (
    <thead>
      <tr>
        {names.map((name) => (
          <th scope="col">{name}</th>
        ))}
      </tr>
    </thead>
  );
}

/** What a form held when it was sent, and what was wrong with it. */
export interface Filled {
  values: Record<string, string>;
  errors: Record<string, string>;
  /** About the form as a whole. */
  message: string | null;
}

export const empty: Filled = { values: {}, errors: {}, message: null };

interface NoticeProps {
  text: string | null;
  isError?: boolean;
  /** It says how something stands, not what was done just now. */
  isState?: boolean;
}

/**
 * What went wrong with a form as a whole, or went well. After what went well the focus is here, so that it is read out
 * and the keyboard goes on from here; else it is in the first wrong field.
 */
export function Notice({ text, isError = false, isState = false }: NoticeProps) {
  if (text === null) return null;
  const focus = isError || isState ? {} : { tabindex: -1, autofocus: true };
  return (
    <p
      class={isError ? 'notice error' : 'notice good'}
      role={isError ? 'alert' : 'status'}
      {...focus}
    >
      {text}
    </p>
  );
}

export interface FieldProps {
  name: string;
  label: string;
  hint?: string | undefined;
  /** What is said beneath it also where it is wrong. */
  note?: string | undefined;
  filled: Filled;
  /** Distinguishes forms on one page that have fields of the same name. */
  form: string;
  initial?: string;
  /** Attributes of the input. */
  input?: Record<string, string | number | boolean>;
  multiline?: boolean;
  /** What may be chosen, by value. */
  options?: Record<string, string>;
  /** What stands in one line with it. */
  beside?: Child;
}

/** A field with its hint, its value as it was sent, and its error. */
export function Field(props: FieldProps) {
  const { name, label, hint, note, filled, form, initial = '', input = {} } = props;
  const { multiline = false, options, beside } = props;
  const id = `${form}-${name}`;
  const error = filled.errors[name];
  const value = filled.values[name] ?? initial;
  const common = {
    id,
    name,
    'aria-describedby': [
      hint !== undefined && error === undefined && `${id}-hint`,
      error !== undefined && `${id}-error`,
      note !== undefined && `${id}-note`,
    ]
      .filter(Boolean)
      .join(' '),
    ...(error === undefined ? {} : { 'aria-invalid': 'true' as const }),
    // The first wrong field gets the focus.
    ...(error !== undefined && name === Object.keys(filled.errors)[0] ? { autofocus: true } : {}),
    ...input,
  };
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {options !== undefined && (
        <select {...common}>
          {Object.entries(options).map(([name, text]) => (
            <option value={name} selected={name === value}>
              {text}
            </option>
          ))}
        </select>
      )}
      {multiline && (
        <textarea rows={4} {...common}>
          {value}
        </textarea>
      )}
      {options === undefined && !multiline && beside === undefined && (
        <input value={value} {...common} />
      )}
      {beside !== undefined && (
        <div class="joined">
          <input value={value} {...common} />
          {beside}
        </div>
      )}
      {hint !== undefined && error === undefined && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error !== undefined && (
        <p class="error" id={`${id}-error`}>
          {error}
        </p>
      )}
      {note !== undefined && (
        <p class="hint" id={`${id}-note`}>
          {note}
        </p>
      )}
    </div>
  );
}

interface CheckProps {
  name: string;
  label: string;
  filled: Filled;
  /** As long as the form was not sent. */
  initial: boolean;
  /** It is the first of what is wrong. */
  autofocus?: boolean;
}

export function Check({ name, label, filled, initial, autofocus = false }: CheckProps) {
  const checked = filled === empty ? initial : filled.values[name] === 'on';
  return (
    <label class="check">
      <input type="checkbox" name={name} checked={checked} autofocus={autofocus} /> {label}
    </label>
  );
}

/** Names what a form makes, so that one that is sent twice makes it once. */
export function FormKey({ filled }: { filled: Filled }) {
  return <input type="hidden" name="key" value={filled.values.key ?? Bun.randomUUIDv7()} />;
}
