/** The OpenAPI 3.1 document, made from the routes and their schemas. */
import { toJsonSchema } from '@valibot/to-json-schema';
import type * as v from 'valibot';
import { type ErrorCode, failures } from '../wire/messages.ts';
import { type DescribedRoute, describedRoutes } from './described-routes.ts';

type Json = Record<string, unknown>;

function schemaOf(schema: v.GenericSchema, mode: 'input' | 'output'): Json {
  // Checks that JSON Schema cannot express are enforced all the same, and reported by error 10001.
  const { $schema: _, ...rest } = toJsonSchema(schema, { errorMode: 'ignore', typeMode: mode });
  return rest;
}

function successOf(schema: v.GenericSchema): Json {
  const properties = { status: { const: 'success' }, data: schemaOf(schema, 'output') };
  return { type: 'object', properties, required: ['status', 'data'] };
}

const failureSchema: Json = {
  type: 'object',
  properties: {
    status: { const: 'fail' },
    data: {
      type: 'object',
      properties: {
        errCode: { type: 'integer', enum: Object.keys(failures).map(Number) },
        errMsg: {
          type: 'string',
          description: 'English, or Chinese where Accept-Language prefers it.',
        },
        fields: {
          type: 'object',
          additionalProperties: { type: 'string' },
          description: '10001: what is wrong with each wrong field.',
        },
      },
      required: ['errCode', 'errMsg'],
    },
  },
  required: ['status', 'data'],
};

/** What every route may answer, whatever it is asked. */
const always: readonly ErrorCode[] = [10002];

function failuresOf(codes: readonly ErrorCode[]): Json {
  const byStatus = Map.groupBy([...codes, ...always], (code) => failures[code].status);
  const answers = [...byStatus].map(([status, group]) => {
    const examples = group.map((code) => {
      const value = { status: 'fail', data: { errCode: code, errMsg: failures[code].en } };
      return [String(code), { summary: failures[code].en, value }];
    });
    const waits = status === 429 || status === 503;
    return [
      String(status),
      {
        description: group.map((code) => `${code} ${failures[code].en}`).join('; '),
        ...(waits ? { headers: { 'Retry-After': retryAfter } } : {}),
        content: {
          'application/json': {
            schema: { $ref: '#/components/schemas/Failure' },
            examples: Object.fromEntries(examples),
          },
        },
      },
    ];
  });
  return Object.fromEntries(answers);
}

const retryAfter: Json = { schema: { type: 'integer' }, description: 'Seconds.' };

function answersOf({ answers }: DescribedRoute): Json {
  if (answers === null) return { '200': { description: 'See the summary.' } };
  const described = Object.entries(answers).map(([status, { data, example }]) => [
    status,
    {
      description: status === '201' ? 'Created.' : 'Done, or found.',
      content: {
        'application/json': {
          schema: successOf(data),
          example: { status: 'success', data: example },
        },
      },
    },
  ]);
  return Object.fromEntries(described);
}

const securityOf: Record<DescribedRoute['who'], readonly Json[]> = {
  anyone: [],
  user: [{ session: [] }, { cookie: [] }],
  admin: [{ admin: [] }],
  'user or admin': [{ session: [] }, { cookie: [] }, { admin: [] }],
};

function parametersOf({ path, query }: DescribedRoute): Json[] {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: name === 'orderId' ? 'string' : 'integer' },
  }));
  const inQuery = Object.entries(query ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    required: false,
    schema: schemaOf(schema, 'input'),
  }));
  return [...inPath, ...inQuery];
}

function operationOf(route: DescribedRoute): Json {
  const { summary, who, body, bodyExample, codes } = route;
  const content = (schema: v.GenericSchema) => ({
    'application/json': { schema: schemaOf(schema, 'input'), example: bodyExample },
  });
  return {
    operationId: operationId(route),
    summary,
    tags: [route.path.split('/')[2] ?? 'operation'],
    security: securityOf[who],
    parameters: parametersOf(route),
    ...(body === undefined ? {} : { requestBody: { content: content(body) } }),
    responses: { ...answersOf(route), ...failuresOf(codes) },
  };
}

function operationId({ method, path }: DescribedRoute): string {
  const words = path.split(/[/:]+/).filter((word) => word !== '' && word !== 'api');
  return [method.toLowerCase(), ...words].join('-');
}

/** The path as OpenAPI writes it. */
export function openApiPath(path: string): string {
  return path.replaceAll(/:(\w+)/g, '{$1}');
}

export function openApiDocument(): Json {
  const paths: Record<string, Json> = {};
  for (const route of describedRoutes) {
    const path = openApiPath(route.path);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  const bearer = (description: string) => ({ type: 'http', scheme: 'bearer', description });
  return {
    openapi: '3.1.0',
    info: {
      title: 'Stampede',
      version: '1',
      description:
        'A flash-sale order engine. Money is integer minor units; times are RFC 3339 UTC; every answer is in one envelope. After 503 or a lost connection, send the same request again: one purchase token buys at most one order.',
      license: { name: 'MIT' },
    },
    paths,
    components: {
      schemas: { Failure: failureSchema },
      securitySchemes: {
        session: bearer('The token of POST /api/sessions.'),
        cookie: { type: 'apiKey', in: 'cookie', name: 'session' },
        admin: bearer('ADMIN_TOKEN.'),
      },
    },
  };
}
