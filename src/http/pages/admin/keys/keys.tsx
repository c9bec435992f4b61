/** `/admin/keys`: administrators and programs, what each may do, and when they last did. */
import type { ApiKeyRow } from '../../../../db/api-keys.ts';
import { keyNameBytesMax, operatorName } from '../../../../operators/keyring.ts';
import { adminScope, scopes } from '../../../../operators/scopes.ts';
import type { View } from '../../layout.tsx';
import { minuteText } from '../../minute-text.ts';
import { fill } from '../../texts.ts';
import {
  Check,
  Columns,
  empty,
  Field,
  type Filled,
  FormKey,
  Frame,
  Heading,
  Notice,
} from '../frame.tsx';
import { keysTexts } from './keys-texts.ts';

interface KeysProps {
  view: View;
  rows: readonly ApiKeyRow[];
  notice: string | null;
  person?: Filled;
  program?: Filled;
}

export function KeysPage({ view, rows, notice, person = empty, program = empty }: KeysProps) {
  const own = keysTexts[view.visitor.language];
  const isPerson = ({ scopes }: ApiKeyRow) => scopes.includes(adminScope);
  const programs = rows.filter((row) => !isPerson(row));
  return (
    <Frame view={view} title={own.title}>
      <Heading title={own.title} lead={own.lead} />
      <Notice text={notice} />
      <section class="keys">
        <h2>{own.people}</h2>
        <Keys view={view} rows={rows.filter(isPerson)} none={own.nobody} />
        <details class="panel" open={person !== empty}>
          <summary>{own.makePerson}</summary>
          <form method="post" action="/admin/keys" data-once>
            <Notice text={person.message} isError />
            <FormKey filled={person} />
            <input type="hidden" name="admin" value="on" />
            <NameField view={view} form="person" label={own.personName} filled={person} />
            <button type="submit" class="primary">
              {own.submitPerson}
            </button>
          </form>
        </details>
      </section>
      <section class="keys">
        <h2>{own.programs}</h2>
        <Keys view={view} rows={programs} none={own.noPrograms} />
        <details class="panel" open={program !== empty}>
          <summary>{own.makeProgram}</summary>
          <form method="post" action="/admin/keys" data-once>
            <Notice text={program.message} isError />
            <FormKey filled={program} />
            <NameField view={view} form="program" label={own.programName} filled={program} />
            <fieldset
              aria-invalid={program.errors.scopes === undefined ? undefined : 'true'}
              aria-describedby={program.errors.scopes === undefined ? undefined : 'scopes-error'}
            >
              <legend>{own.scopes}</legend>
              {scopes.map((scope, index) => (
                <Check
                  name={scope}
                  label={own.scopeTexts[scope]}
                  filled={program}
                  initial={false}
                  autofocus={index === 0 && Object.keys(program.errors)[0] === 'scopes'}
                />
              ))}
              {program.errors.scopes !== undefined && (
                <p class="error" id="scopes-error">
                  {program.errors.scopes}
                </p>
              )}
            </fieldset>
            <button type="submit" class="primary">
              {own.submitProgram}
            </button>
          </form>
        </details>
      </section>
    </Frame>
  );
}

interface NameProps {
  view: View;
  form: string;
  label: string;
  filled: Filled;
}

function NameField({ view, form, label, filled }: NameProps) {
  const own = keysTexts[view.visitor.language];
  const input = { required: true, maxlength: keyNameBytesMax, autocomplete: 'off' };
  const hint = fill(own.personHint, { n: keyNameBytesMax });
  return <Field name="name" form={form} label={label} hint={hint} filled={filled} input={input} />;
}

interface ListProps {
  view: View;
  rows: readonly ApiKeyRow[];
  none: string;
}

/** Those in use, and the revoked ones behind a click. */
function Keys({ view, rows, none }: ListProps) {
  const own = keysTexts[view.visitor.language];
  const live = rows.filter(({ revokedAt }) => revokedAt === null);
  const revoked = rows.filter(({ revokedAt }) => revokedAt !== null);
  return (
    <>
      {live.length === 0 ? <p class="hint">{none}</p> : <KeyTable view={view} rows={live} />}
      {revoked.length > 0 && (
        <details class="revoked">
          <summary>{fill(own.older, { n: revoked.length })}</summary>
          <KeyTable view={view} rows={revoked} />
        </details>
      )}
    </>
  );
}

function KeyTable({ view, rows }: { view: View; rows: readonly ApiKeyRow[] }) {
  const own = keysTexts[view.visitor.language];
  return (
    <table class="board">
      <Columns names={[own.name, own.may, own.made, own.used, own.state]} />
      <tbody>
        {rows.map((row) => (
          <tr>
            <th scope="row">{operatorName(row)}</th>
            <td class="wide" data-label={own.may}>
              <Scopes view={view} row={row} />
            </td>
            <td data-label={own.made}>
              {minuteText(row.createdAt, view)}
              <span class="hint">{fill(own.by, { name: row.createdBy })}</span>
            </td>
            <td data-label={own.used}>
              {row.lastUsedAt === null ? own.never : minuteText(row.lastUsedAt, view)}
            </td>
            <td data-label={own.state}>
              {row.revokedAt === null ? (
                <Revocation view={view} row={row} />
              ) : (
                <>
                  {fill(own.revokedAt, { time: minuteText(row.revokedAt, view) })}
                  <span class="hint">{fill(own.by, { name: row.revokedBy ?? '' })}</span>
                </>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Scopes({ view, row }: { view: View; row: ApiKeyRow }) {
  const texts: Record<string, string> = keysTexts[view.visitor.language].scopeTexts;
  return (
    <ul class="scopes">
      {row.scopes.map((scope) => (
        <li>
          {texts[scope] ?? scope} <code>{scope}</code>
        </li>
      ))}
    </ul>
  );
}

function Revocation({ view, row }: { view: View; row: ApiKeyRow }) {
  const own = keysTexts[view.visitor.language];
  const name = operatorName(row);
  return (
    <details>
      <summary aria-label={fill(own.revokeSure, { name })}>{own.revoke} …</summary>
      <form method="post" action={`/admin/keys/${row.id}/revoke`} data-once>
        <p class="hint">{row.scopes.includes(adminScope) ? own.revokePerson : own.revokeProgram}</p>
        <button type="submit" class="secondary">
          {fill(own.revokeSure, { name })}
        </button>
      </form>
    </details>
  );
}

/** The answer to the form that made a key: the only page that ever shows it. */
export function MadeKeyPage({
  view,
  name,
  text,
  isPerson,
}: {
  view: View;
  name: string;
  text: string;
  isPerson: boolean;
}) {
  const own = keysTexts[view.visitor.language];
  const title = fill(own.madeTitle, { name });
  return (
    <Frame view={view} title={title}>
      <section class="account">
        <h1>{title}</h1>
        <p class="lead">
          {own.madeLead} {isPerson && own.madePerson}
        </p>
        <div class="field">
          <label for="made-key">{title}</label>
          <input id="made-key" readonly value={text} autocomplete="off" spellcheck={false} />
        </div>
        <p class="copying">
          <button
            type="button"
            class="secondary"
            data-copy="made-key"
            data-copied={own.copied}
            hidden
          >
            {own.copy}
          </button>
          <a href="/admin/keys">{own.back}</a>
        </p>
      </section>
    </Frame>
  );
}
