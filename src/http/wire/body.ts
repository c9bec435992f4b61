/** Reading and validating what a request carries. */
import type * as v from 'valibot';
import { bodyBytesMax } from '../../../actors/limits.ts';
import { type Checked, checkInput } from '../../shop/input.ts';
import { failure, invalid } from './envelope.ts';

/** Either the value, or the refusal to answer with. */
type Parsed<T> = { value: T; refused: null } | { value: null; refused: Response };

const refuse = (refused: Response) => ({ value: null, refused });

/** Reads a JSON body and validates it. A request without a body counts as `{}`. */
export async function parseBody<S extends v.GenericSchema>(
  request: Request,
  schema: S,
): Promise<Parsed<v.InferOutput<S>>> {
  let body: unknown;
  try {
    body = await readJson(request);
  } catch (error) {
    return refuse(unreadable(request, error));
  }
  return parseJson(request, schema, body);
}

/** Why a body was not read, or not as JSON: 10006 when it is too long, else what is wrong with it. */
class UnfitBody extends Error {
  constructor(readonly fields: Record<string, string> | null) {
    super('unfit body');
  }
}

/**
 * Reads a body as JSON, `{}` where there is none. Hot path: the runtime parses a body with the usual
 * headers without a string in between. @throws what `unreadable` takes
 */
export function readJson(request: Request): Promise<unknown> {
  const { headers } = request;
  const length = headers.get('content-length');
  const announced = length !== null && length !== '0' && Number(length) <= bodyBytesMax;
  const usual = announced && headers.get('content-type') === 'application/json';
  return usual ? request.json() : readUnusual(request, length);
}

async function readUnusual(request: Request, length: string | null): Promise<unknown> {
  if (Number(length) > bodyBytesMax) throw new UnfitBody(null);
  const text = length === null ? await readText(request) : await request.text();
  if (text === '') return {};
  if (!isJson(request.headers.get('content-type'))) {
    throw new UnfitBody({ 'content-type': 'must be application/json' });
  }
  return JSON.parse(text);
}

/**
 * Reads a body as it was sent, whatever it says that it is.
 * @throws what `unreadable` takes
 */
export async function readText(request: Request): Promise<string> {
  return (await readBytes(request, bodyBytesMax)).toString('utf8');
}

/** Reads a body of any length up to a maximum. @throws what `unreadable` takes */
export async function readBytes(request: Request, bytesMax: number): Promise<Buffer> {
  if (Number(request.headers.get('content-length')) > bytesMax) throw new UnfitBody(null);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > bytesMax) throw new UnfitBody(null);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The answer after `readJson`, `readText` or `readBytes` threw. A client that hung up midway does not get it. */
export function unreadable(request: Request, error: unknown): Response {
  if (!(error instanceof UnfitBody)) return invalid(request, { body: 'is not JSON' });
  return error.fields === null ? failure(request, 10006) : invalid(request, error.fields);
}

/** Validates a body after it was read. */
export function parseJson<S extends v.GenericSchema>(
  request: Request,
  schema: S,
  body: unknown,
): Parsed<v.InferOutput<S>> {
  return parsed(request, checkJson(schema, body));
}

/**
 * As `parseJson`, before it is an answer.
 * @param apart - a part of the body that is judged by itself: it may name what the rest must not
 */
export function checkJson<S extends v.GenericSchema>(
  schema: S,
  body: unknown,
  apart?: unknown,
): Checked<v.InferOutput<S>> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return { value: null, wrong: { body: 'must be a JSON object' } };
  }
  if (namesPrototype(body, apart)) {
    return { value: null, wrong: { body: 'must not have a field __proto__' } };
  }
  return checkInput(schema, body);
}

/** Validates values from a path or a query. */
export function validate<S extends v.GenericSchema>(
  request: Request,
  schema: S,
  input: unknown,
): Parsed<v.InferOutput<S>> {
  return parsed(request, checkInput(schema, input));
}

function parsed<T>(request: Request, checked: Checked<T>): Parsed<T> {
  if (checked.wrong !== null) return refuse(invalid(request, checked.wrong));
  return { value: checked.value, refused: null };
}

function isJson(contentType: string | null): boolean {
  if (contentType === 'application/json') return true;
  return contentType !== null && /^application\/json\s*(;|$)/i.test(contentType);
}

/**
 * Whether an object, at any depth, has a property named `__proto__`, as JSON.parse would make it.
 * Without recursion: a body has room for nesting deeper than the stack.
 */
function namesPrototype(value: object, apart: unknown): boolean {
  const objects = [value];
  for (let object = objects.pop(); object !== undefined; object = objects.pop()) {
    for (const key in object) {
      if (key === '__proto__') return true;
      const inner = (object as Record<string, unknown>)[key]; // Reading by its own key.
      if (typeof inner === 'object' && inner !== null && inner !== apart) objects.push(inner);
    }
  }
  return false;
}
