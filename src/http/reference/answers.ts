/** What the document says of answers: the envelope, refusals, header fields, and what is not in it. */
import { type ErrorCode, failures } from '../wire/messages.ts';
import { codesOf, type DescribedRoute } from './described-route.ts';
import { answerName, type Json, refTo } from './named-schemas.ts';

/** What every route may answer, whatever it is asked: it may be asked as a host that is none. */
const always: readonly ErrorCode[] = [10001, 10002];

const headerRefTo = (name: string) => ({ $ref: `#/components/headers/${name}` });

/** Header fields, by their names. */
export const headers: Json = {
  'Retry-After': {
    description: 'Seconds after which to try again.',
    required: true,
    schema: { type: 'integer', minimum: 0 },
  },
  RateLimit: {
    description:
      'What is left of a limit that was counted: `r` requests, `t` seconds until one more.',
    schema: { type: 'string' },
    example: '"tokenByUser";r=4',
  },
  'RateLimit-Policy': {
    description: 'That limit: `q` requests in `w` seconds.',
    schema: { type: 'string' },
    example: '"tokenByUser";q=5;w=5',
  },
  'Idempotency-Replayed': {
    description: '`true` where this is the answer to an earlier request with the same key.',
    schema: { type: 'string', const: 'true' },
  },
  'X-Request-Id': {
    description: 'Where a fault was logged: what the log knows the request by.',
    schema: { type: 'string' },
  },
};

const retryStatuses = new Set([202, 429, 503]);

/** Answers of a status may have these header fields. */
function headersOf(status: number, { codes, once }: DescribedRoute): Json {
  const limited = codes.includes(10003);
  const names = [
    ...(retryStatuses.has(status) ? ['Retry-After'] : []),
    ...(limited ? ['RateLimit', 'RateLimit-Policy'] : []),
    ...(once && status < 500 && status !== 429 ? ['Idempotency-Replayed'] : []),
    ...(status >= 500 ? ['X-Request-Id'] : []),
  ];
  if (names.length === 0) return {};
  return { headers: Object.fromEntries(names.map((name) => [name, headerRefTo(name)])) };
}

/** The name of the envelope with something in it. */
const envelopeName = (name: string) => `${name}Answer`;

/** The envelopes of a route's answers, by name. */
export function envelopesOf({ answers }: DescribedRoute): Json {
  const named = Object.entries(answers ?? {}).map(([status, { data }]) => {
    const name = answerName(data);
    const properties = {
      status: { type: 'string', const: envelopeStatus(Number(status)) },
      data: { $ref: refTo(name) },
    };
    return [envelopeName(name), { type: 'object', properties, required: ['status', 'data'] }];
  });
  return Object.fromEntries(named);
}

/** What an envelope says of itself. */
export function envelopeStatus(status: number): 'success' | 'fail' {
  return status < 400 ? 'success' : 'fail';
}

export const failureSchema: Json = {
  type: 'object',
  properties: {
    status: { type: 'string', const: 'fail' },
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

/** Every answer of a route, by status. */
export function answersOf(route: DescribedRoute): Json {
  return { ...failuresOf(route), ...successesOf(route) };
}

function failuresOf(route: DescribedRoute): Json {
  const codes = new Set([...codesOf(route), ...always]);
  const byStatus = Map.groupBy(codes, (code) => failures[code].status);
  const answers = [...byStatus].map(([status, group]) => {
    const examples = group.map((code) => {
      const value = { status: 'fail', data: { errCode: code, errMsg: failures[code].en } };
      return [String(code), { summary: failures[code].en, value }];
    });
    return [
      String(status),
      {
        description: group.map((code) => `${code} ${failures[code].en}`).join('; '),
        ...headersOf(status, route),
        content: {
          'application/json': {
            schema: { $ref: refTo('Failure') },
            examples: Object.fromEntries(examples),
          },
        },
      },
    ];
  });
  return Object.fromEntries(answers);
}

function successesOf(route: DescribedRoute): Json {
  if (route.answers === null) {
    const { type, schema, example } = route.other;
    return { '200': { description: 'See the summary.', content: { [type]: { schema, example } } } };
  }
  const described = Object.entries(route.answers).map(([text, { data, example }]) => {
    const status = Number(text);
    return [
      text,
      {
        description: descriptions[status],
        ...headersOf(status, route),
        content: {
          'application/json': {
            schema: { $ref: refTo(envelopeName(answerName(data))) },
            example: { status: envelopeStatus(status), data: example },
          },
        },
      },
    ];
  });
  return Object.fromEntries(described);
}

const descriptions: Record<number, string> = {
  200: 'Done, or found.',
  201: 'Created.',
  202: 'Not yet: ask again as `Retry-After` says.',
  503: 'Not now: `data` says why.',
};
