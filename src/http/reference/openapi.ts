/** The OpenAPI 3.1 document, made from the routes and their schemas. */
import { answersOf, envelopesOf, failureSchema, headers } from './answers.ts';
import { type DescribedRoute, describedRoutes } from './described-routes.ts';
import { type Json, mayBeLeftOut, namedSchemas, requestSchema } from './named-schemas.ts';
import { describedWebhooks } from './webhooks.ts';

const securityOf: Record<DescribedRoute['who'], readonly Json[]> = {
  anyone: [],
  user: [{ session: [] }, { cookie: [] }],
  admin: [{ admin: [] }],
  provider: [{ signature: [] }],
  key: [{ key: [] }, { admin: [] }],
  metrics: [{}, { metrics: [] }, { key: [] }, { admin: [] }],
  'metrics or key': [{ metrics: [] }, { key: [] }, { admin: [] }],
  'user or key': [{ session: [] }, { cookie: [] }, { key: [] }, { admin: [] }],
};

const whoMayAsk: Record<DescribedRoute['who'], string> = {
  anyone: 'For anyone.',
  user: 'For a user, by session token or cookie.',
  admin: 'For administrators, by ADMIN_TOKEN or a key with the scope `admin`.',
  key: 'For whoever has a key with the scope {scope}, and administrators.',
  provider:
    'For the payment provider, who signs each delivery as Standard Webhooks say: see the security scheme.',
  metrics:
    'For anyone; where METRICS_TOKEN is set, for whoever sends it or has a key with the scope {scope}.',
  'metrics or key':
    'For whoever has a key with the scope {scope} or sends METRICS_TOKEN where that is set, and administrators.',
  'user or key':
    'For the user who owns it, whoever has a key with the scope {scope}, and administrators.',
};

const tags = {
  orders: 'Placing an order with a purchase token, and what becomes of it.',
  items: 'What is on sale, its stock as it changes, and purchase tokens for it.',
  promos: 'Sales of an item at a set time, drafted and then published.',
  people: 'Registration, one-time passwords, passwords and sessions.',
  captchas: 'What stands before a purchase token.',
  admin: 'Keys, the log of actions, tokens, statements and engines.',
  engine: 'What the engine reports about itself.',
  webhooks: 'What the engine tells you of orders, where WEBHOOK_URL says.',
};
type Tag = keyof typeof tags;

/** By the first word of a path of the API. */
const tagOf: Record<string, Tag> = {
  orders: 'orders',
  payments: 'orders',
  items: 'items',
  promos: 'promos',
  otp: 'people',
  users: 'people',
  sessions: 'people',
  passwords: 'people',
  captchas: 'captchas',
  admin: 'admin',
  time: 'engine',
};

const pathParameters: Record<string, Json> = {
  id: { schema: { type: 'integer', minimum: 1 }, example: 1 },
  orderId: {
    schema: { type: 'string', pattern: '^[0-9]{8}-[0-9]+-[0-9]+$' },
    example: '20261127-1-1001',
  },
  pictureId: {
    schema: { type: 'string', pattern: '^[0-9a-f]{64}$' },
    example: '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae',
  },
  refundId: { schema: { type: 'string', pattern: '^[0-9]+-[0-9]+$' }, example: '1-3' },
};

function parametersOf({ path, query, once }: DescribedRoute): Json[] {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    ...pathParameters[name],
  }));
  const inQuery = Object.entries(query ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    required: false,
    schema: requestSchema(schema),
  }));
  const inHeader = [...(once ? ['IdempotencyKey'] : []), 'AcceptLanguage'].map((name) => ({
    $ref: `#/components/parameters/${name}`,
  }));
  return [...inPath, ...inQuery, ...inHeader];
}

const parameters: Json = {
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    description:
      'Names the request: sent again with the same body within 24 hours it is not carried out again, and gets the old answer; with another body it gets 30014. Only what failed with 429 or 503 is tried anew.',
    schema: { type: 'string', pattern: '^[!-~]{1,64}$' },
    example: 'delivery-2026-11-27',
  },
  AcceptLanguage: {
    name: 'Accept-Language',
    in: 'header',
    description: 'The language of `errMsg`: English, or Chinese where this prefers it.',
    schema: { type: 'string' },
    example: 'zh-CN, en;q=0.5',
  },
};

function bodyOf({ body, bodyExample, file }: DescribedRoute): Json {
  if (file !== undefined) {
    const content = file.map((type) => [type, { schema: { type: 'string', format: 'binary' } }]);
    return { requestBody: { required: true, content: Object.fromEntries(content) } };
  }
  if (body === undefined) return {};
  const content = { 'application/json': { schema: requestSchema(body), example: bodyExample } };
  return { requestBody: { required: !mayBeLeftOut(body), content } };
}

function operationOf(route: DescribedRoute): Json {
  const [, first = '', second = ''] = route.path.split('/');
  const tag = first === 'api' ? tagOf[second] : 'engine';
  if (tag === undefined) throw new Error(`${route.path} has no tag`);
  return {
    operationId: operationId(route),
    summary: route.summary,
    description: whoMayAsk[route.who].replace('{scope}', `\`${route.scope}\``),
    tags: [tag],
    security: securityOf[route.who],
    parameters: parametersOf(route),
    ...bodyOf(route),
    responses: answersOf(route),
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
  return {
    openapi: '3.1.0',
    info: {
      title: 'Stampede',
      version: '1',
      description:
        'A flash-sale order engine. Money is integer minor units; times are RFC 3339 UTC; every answer is in one envelope. After 503 or a lost connection, send the same request again: one purchase token buys at most one order.',
      contact: { name: 'The Stampede authors' },
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'The engine that serves this document.' }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths,
    webhooks: describedWebhooks(),
    components: components(),
  };
}

function components(): Json {
  const bearer = (description: string) => ({ type: 'http', scheme: 'bearer', description });
  const envelopes: Json = Object.assign({}, ...describedRoutes.map(envelopesOf));
  return {
    schemas: { ...namedSchemas(), ...envelopes, Failure: failureSchema },
    parameters,
    headers,
    securitySchemes: {
      session: bearer('The token of POST /api/sessions.'),
      cookie: {
        type: 'apiKey',
        in: 'cookie',
        name: 'session',
        description: 'The same token, as POST /api/sessions sets it in a browser.',
      },
      admin: bearer('ADMIN_TOKEN, or a key with the scope `admin`.'),
      key: bearer('The key of POST /api/admin/keys, with the scope that the operation names.'),
      signature: {
        type: 'apiKey',
        in: 'header',
        name: 'webhook-signature',
        description:
          '`v1,` and the HMAC-SHA-256 in base64, keyed with PAYMENT_WEBHOOK_SECRET (behind `whsec_`, in base64), of `<webhook-id>.<webhook-timestamp>.<body>`; `webhook-id` names the delivery, `webhook-timestamp` is in seconds since 1970, at most five minutes off.',
      },
      metrics: bearer('METRICS_TOKEN. Where the operator has set none, metrics need no token.'),
    },
  };
}
