/** `/docs`: the API reference for people, from the same list of routes as `/openapi.json`. */

import { openApiDocument, openApiPath } from '../reference/openapi.ts';
import { type Route, routes } from '../reference/routes.ts';
import { type ErrorCode, errorCodes, failures, type Language } from '../wire/messages.ts';
import { type DocsTexts, docsTexts } from './docs-texts.ts';
import { Layout, type View } from './layout.tsx';

/** What a JSON schema of the document may say of one value. */
interface Schema {
  type?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  default?: unknown;
  description?: string;
}

interface Operation {
  parameters: { name: string; in: string; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
}

/** Of the document that `/openapi.json` answers, made once. */
let described: Record<string, Record<string, Operation>> | undefined;

function operationOf({ method, path }: Route): Operation {
  // The document's paths have the form that `openapi.ts` gives them.
  described ??= openApiDocument().paths as NonNullable<typeof described>;
  return described[openApiPath(path)]![method.toLowerCase()]!;
}

export function DocsPage({ view }: { view: View }) {
  const { language } = view.visitor;
  const own: DocsTexts = docsTexts[language];
  return (
    <Layout view={view} title={own.title} ownStyles={['docs.css']}>
      <div class="heading">
        <div>
          <h1>{own.title}</h1>
          <p class="lead">
            {own.lead} <a href="/openapi.json">openapi.json</a>
          </p>
        </div>
      </div>
      <div class="docs">
        <Contents own={own} />
        <div class="docs-body">
          <Envelope own={own} />
          {routes.map((route) => (
            <RouteSection route={route} own={own} language={language} />
          ))}
          <section id="codes">
            <h2>{own.allCodes}</h2>
            <Codes codes={errorCodes} own={own} language={language} />
          </section>
        </div>
      </div>
    </Layout>
  );
}

function Contents({ own }: { own: DocsTexts }) {
  return (
    <nav class="contents" aria-label={own.routes}>
      <ul>
        <li>
          <a href="#envelope">{own.envelope}</a>
        </li>
        {routes.map((route) => (
          <li>
            <a href={`#${anchorOf(route)}`}>
              <b>{route.method}</b> {route.path}
            </a>
          </li>
        ))}
        <li>
          <a href="#codes">{own.allCodes}</a>
        </li>
      </ul>
    </nav>
  );
}

function Envelope({ own }: { own: DocsTexts }) {
  return (
    <section id="envelope">
      <h2>{own.envelope}</h2>
      <p>{own.envelopeLead}</p>
      <div class="columns">
        <Example title={own.success} value={{ status: 'success', data: '…' }} />
        <Example
          title={own.failure}
          value={{ status: 'fail', data: { errCode: 30001, errMsg: failures[30001].en } }}
        />
      </div>
      <p>{own.retry}</p>
    </section>
  );
}

function RouteSection({
  route,
  own,
  language,
}: {
  route: Route;
  own: DocsTexts;
  language: Language;
}) {
  const { method, path, who, summary, bodyExample, answers, codes } = route;
  const { parameters, requestBody } = operationOf(route);
  const query = parameters.filter((each) => each.in === 'query');
  const body = requestBody?.content['application/json']?.schema;
  const fields = Object.entries(body?.properties ?? {});
  return (
    <section id={anchorOf(route)}>
      <h2>
        <span class={`method ${method.toLowerCase()}`}>{method}</span> <code>{path}</code>
      </h2>
      <p lang="en">{summary}</p>
      <p class="hint">
        {own.who}: {own[who]}
      </p>
      {query.length > 0 && (
        <Fields
          title={own.query}
          fields={query.map(({ name, schema }) => [name, schema])}
          required={[]}
          own={own}
        />
      )}
      {fields.length > 0 && (
        <Fields title={own.body} fields={fields} required={body?.required ?? []} own={own} />
      )}
      <div class="columns">
        {fields.length > 0 && <Example title={`${own.example}: ${own.body}`} value={bodyExample} />}
        {[...byExample(answers)].map(([example, statuses]) => (
          <Example
            title={`${own.answer}: ${statuses.join(', ')}`}
            value={{ status: 'success', data: example }}
          />
        ))}
      </div>
      {answers === null && <p>{own.otherForm}</p>}
      {codes.length > 0 && <Codes codes={codes} own={own} language={language} />}
    </section>
  );
}

/** The examples of a route's answers, each with the statuses it stands for. */
function byExample(answers: Route['answers']): Map<unknown, string[]> {
  const statuses = new Map<unknown, string[]>();
  for (const [status, { example }] of Object.entries(answers ?? {})) {
    statuses.set(example, [...(statuses.get(example) ?? []), status]);
  }
  return statuses;
}

interface FieldsProps {
  title: string;
  fields: [string, Schema][];
  required: readonly string[];
  own: DocsTexts;
}

function Fields({ title, fields, required, own }: FieldsProps) {
  return (
    <table>
      <caption>{title}</caption>
      <thead>
        <tr>
          <th scope="col">{own.field}</th>
          <th scope="col">{own.type}</th>
        </tr>
      </thead>
      <tbody>
        {fields.map(([name, schema]) => (
          <tr>
            <th scope="row">
              <code>{name}</code>
            </th>
            <td lang="en">
              {boundsText(schema)}
              {!required.includes(name) && <em class="hint"> {own.optional}</em>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Codes(props: { codes: readonly ErrorCode[]; own: DocsTexts; language: Language }) {
  const { codes, own, language } = props;
  return (
    <table class="codes">
      <caption>{own.codes}</caption>
      <thead>
        <tr>
          <th scope="col">{own.code}</th>
          <th scope="col">{own.status}</th>
          <th scope="col">{own.meaning}</th>
        </tr>
      </thead>
      <tbody>
        {[...new Set(codes)].map((code) => (
          <tr>
            <th scope="row">{code}</th>
            <td>{failures[code].status}</td>
            <td>{failures[code][language]}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Example({ title, value }: { title: string; value: unknown }) {
  return (
    <figure>
      <figcaption>{title}</figcaption>
      <pre lang="en" tabindex={0}>
        {JSON.stringify(value, null, 2)}
      </pre>
    </figure>
  );
}

function anchorOf({ method, path }: Route): string {
  return `${method.toLowerCase()}${path.replaceAll(/[/:]+/g, '-')}`;
}

/** A schema's type and bounds in a line: `integer, 1 to 100000`. */
export function boundsText(schema: Schema): string {
  const { type, anyOf, minimum, maximum, minLength, maxLength, pattern } = schema;
  if (anyOf !== undefined) return anyOf.map(boundsText).join(', or ');
  const parts: string[] = [];
  if (schema.enum !== undefined) parts.push(`one of ${schema.enum.map(String).join(', ')}`);
  else parts.push('const' in schema ? String(schema.const) : (type ?? 'any'));
  if (minimum !== undefined && maximum !== undefined) parts.push(`${minimum} to ${maximum}`);
  else if (minimum !== undefined) parts.push(`${minimum} or more`);
  if (maxLength !== undefined) parts.push(`${minLength ?? 0} to ${maxLength} characters`);
  else if (minLength !== undefined) parts.push(`${minLength} characters or more`);
  if (pattern !== undefined) parts.push(`as ${pattern}`);
  if (schema.default !== undefined) parts.push(`${JSON.stringify(schema.default)} by default`);
  if (schema.description !== undefined) parts.push(schema.description);
  return parts.join(', ');
}
