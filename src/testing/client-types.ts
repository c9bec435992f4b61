/**
 * The types of the client that merchants copy (`src/client/stampede/api.ts`), made from the OpenAPI document: what
 * each route takes and answers that is for a merchant's back end, and the schemas that these name.
 */
import { openApiDocument } from '../http/reference/openapi.ts';
import { ownPath } from '../own-files.ts';
import { schemaTypesOf } from './openapi-types.ts';

export const clientTypesPath = ownPath('src/client/stampede/api.ts');

type Schema = Record<string, unknown>;

/** What the document says of a route, as far as types are made of it. */
interface Operation {
  summary: string;
  tags: string[];
  security: Record<string, unknown>[];
  parameters: (
    | { $ref: string }
    | { name: string; in: string; required: boolean; schema: Schema }
  )[];
  requestBody?: { required: boolean; content: Record<string, { schema: Schema }> };
  responses: Record<string, { content: Record<string, { schema: { $ref?: string } }> }>;
}

interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

/** The source of the client's types, in the house's format. */
export async function clientTypes(): Promise<string> {
  const document: Document = JSON.parse(JSON.stringify(openApiDocument()));
  const routes = routesOf(document);
  const schemas = namedIn({ Routes: routes }, document.components.schemas);
  const said = await schemaTypesOf(
    JSON.stringify({ ...document, paths: {}, webhooks: {}, components: { schemas } }),
  );
  return formatted(
    `/** Made from the API reference by src/testing/make-client-types.ts: do not edit. */\n${said}`,
  );
}

/** A schema of an object with a property for each route. */
function routesOf({ paths }: Document): Schema {
  const routes = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([, operation]) => path.startsWith('/api/') && isForBackEnds(operation))
      .map(([method, operation]) => [`${method.toUpperCase()} ${path}`, routeOf(operation)]),
  );
  return objectOf(Object.fromEntries(routes));
}

/** What is the users' own, or the payment provider's, is not. */
function isForBackEnds({ tags, security }: Operation): boolean {
  if (tags.includes('people') || tags.includes('captchas')) return false;
  return security.length === 0 || security.some((each) => 'key' in each || 'admin' in each);
}

function routeOf(operation: Operation): Schema {
  const { summary, requestBody } = operation;
  const isKeyed = operation.parameters.some(
    (each) => '$ref' in each && each.$ref.endsWith('/IdempotencyKey'),
  );
  const properties = {
    ...parametersOf(operation, 'path'),
    ...parametersOf(operation, 'query'),
    ...(requestBody === undefined ? {} : { body: bodyOf(requestBody.content) }),
    ...answerOf(operation),
    ...(isKeyed ? { keyed: { type: 'boolean', const: true } } : {}),
  };
  const optional = ['query', ...(requestBody?.required === false ? ['body'] : [])];
  return { ...objectOf(properties, optional), description: summary };
}

/** As a property that is named for their place; nothing where there are none. */
function parametersOf({ parameters }: Operation, place: 'path' | 'query'): Record<string, Schema> {
  const here = parameters.flatMap((each) => ('in' in each && each.in === place ? [each] : []));
  if (here.length === 0) return {};
  const optional = here.filter(({ required }) => !required).map(({ name }) => name);
  const schemas = Object.fromEntries(here.map(({ name, schema }) => [name, schema]));
  return { [place]: objectOf(schemas, optional) };
}

/** Files of several types are one: bytes. */
function bodyOf(content: Record<string, { schema: Schema }>): Schema {
  return Object.values(content)[0]!.schema;
}

/** `data`, what is in its envelopes of success; or `file`, the type of an answer that has no envelope. */
function answerOf({ responses }: Operation): Record<'data', Schema> | Record<'file', Schema> {
  const successes = Object.entries(responses).filter(([status]) => status.startsWith('2'));
  const data = new Set<string>();
  for (const [, { content }] of successes) {
    const [[type = '', { schema }] = ['', { schema: {} }]] = Object.entries(content);
    if (schema.$ref === undefined) return { file: { type: 'string', const: type } };
    data.add(schema.$ref.replace(/Answer$/, ''));
  }
  const named = [...data].map(($ref) => ({ $ref }));
  return { data: named.length === 1 ? named[0]! : { anyOf: named } };
}

function objectOf(properties: Record<string, Schema>, optional: readonly string[] = []): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', properties, ...(required.length === 0 ? {} : { required }) };
}

/** What is always there: refusals, and webhooks. */
const own = ['Failure', 'OrderEvent', 'RefundDueEvent', 'TestEvent'];

/** The given schemas, with all that they name. */
function namedIn(
  given: Record<string, Schema>,
  all: Record<string, Schema>,
): Record<string, Schema> {
  const found: Record<string, Schema> = {};
  const add = (name: string, schema: Schema) => {
    if (name in found) return;
    found[name] = schema;
    for (const [, other = ''] of JSON.stringify(schema).matchAll(
      /"#\/components\/schemas\/(\w+)"/g,
    )) {
      add(other, all[other]!);
    }
  };
  for (const [name, schema] of Object.entries(given)) add(name, schema);
  for (const name of own) add(name, all[name]!);
  return found;
}

function formatted(source: string): string {
  const biome = Bun.which('biome', { PATH: ownPath('node_modules/.bin') })!;
  const command = [biome, 'format', '--stdin-file-path=src/client/stampede/api.ts'];
  const { stdout, stderr, success } = Bun.spawnSync(command, {
    cwd: ownPath('.'),
    stdin: Buffer.from(source),
  });
  if (!success) throw new Error(stderr.toString());
  return stdout.toString();
}
