/** What `/docs` says about one route. */
import { envelopeStatus } from '../../reference/answers.ts';
import { codesOf, type DescribedRoute } from '../../reference/described-route.ts';
import type { Input, Schema } from '../../reference/reference.ts';
import type { Language } from '../../wire/messages.ts';
import { fill } from '../texts.ts';
import type { DocsTexts } from './docs-texts.ts';
import { Codes, Example } from './parts.tsx';

interface SectionProps {
  route: DescribedRoute;
  input: Input;
  own: DocsTexts;
  language: Language;
}

export function RouteSection({ route, input, own, language }: SectionProps) {
  const { method, path, who, summary, bodyExample, file, answers } = route;
  const codes = [...codesOf(route)];
  const { fields, required } = fieldsOf(input.body);
  return (
    <section id={anchorOf(route)}>
      <h2>
        <span class={`method ${method.toLowerCase()}`}>{method}</span> <code>{path}</code>
      </h2>
      <p lang="en">{summary}</p>
      <p class="hint">
        {own.who}: {fill(own[who], { scope: route.scope ?? '' })}
      </p>
      {route.once && (
        <p>
          <code>Idempotency-Key</code>: {own.once}
        </p>
      )}
      {input.query.length > 0 && (
        <Fields title={own.query} fields={input.query} required={[]} own={own} />
      )}
      {file !== undefined && (
        <p>
          {own.body}: <code>{file.join(', ')}</code>
        </p>
      )}
      {fields.length > 0 && (
        <Fields title={own.body} fields={fields} required={required} own={own} />
      )}
      <div class="columns">
        {fields.length > 0 && <Example title={`${own.example}: ${own.body}`} value={bodyExample} />}
        {[...byExample(answers)].map(([example, statuses]) => (
          <Example
            title={`${own.answer}: ${statuses.join(', ')}`}
            value={{ status: envelopeStatus(Number(statuses[0])), data: example }}
          />
        ))}
      </div>
      {answers === null && (
        <p>
          {own.otherForm} <code>{route.other.type}</code>
        </p>
      )}
      {codes.length > 0 && <Codes codes={codes} own={own} language={language} />}
    </section>
  );
}

/** The fields of a body; of one that has several shapes, those of all, of which it requires what each does. */
function fieldsOf(body: Schema | null): { fields: [string, Schema][]; required: string[] } {
  const shapes = body === null ? [] : (body.anyOf ?? [body]);
  const fields = shapes.flatMap(({ properties }) => Object.entries(properties ?? {}));
  const required = [...(shapes[0]?.required ?? [])].filter((name) =>
    shapes.every((shape) => shape.required?.includes(name)),
  );
  return { fields: [...new Map(fields)], required };
}

/** The examples of a route's answers, each with the statuses it stands for. */
function byExample(answers: DescribedRoute['answers']): Map<unknown, string[]> {
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

export function anchorOf({ method, path }: DescribedRoute): string {
  return `${method.toLowerCase()}${path.replaceAll(/[/:]+/g, '-')}`;
}

/** A schema's type and bounds in a line: `integer, 1 to 100000`. */
function boundsText(schema: Schema): string {
  const { type, anyOf, minimum, maximum, minLength, maxLength, pattern } = schema;
  if (anyOf !== undefined) return anyOf.map(boundsText).join(', or ');
  const parts: string[] = [];
  if (schema.enum !== undefined) parts.push(`one of ${schema.enum.map(String).join(', ')}`);
  else parts.push('const' in schema ? String(schema.const) : (type ?? 'any'));
  if (minimum !== undefined && maximum !== undefined) parts.push(`${minimum} to ${maximum}`);
  else if (minimum !== undefined) parts.push(`${minimum} or more`);
  if (maxLength !== undefined) parts.push(`${minLength ?? 0} to ${maxLength} characters`);
  else if (minLength !== undefined) parts.push(`${minLength} characters or more`);
  if (schema.format !== undefined) parts.push(schema.format);
  if (pattern !== undefined) parts.push(`as ${pattern}`);
  if (schema.default !== undefined) parts.push(`${JSON.stringify(schema.default)} by default`);
  if (schema.description !== undefined) parts.push(schema.description);
  return parts.join(', ');
}
