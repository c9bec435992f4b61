/** The envelope of every answer. Bodies of plain refusals are made once. */
import type { Code } from '../../../actors/protocol.ts';
import {
  type ErrorCode,
  elsewhere,
  errorCodes,
  failures,
  type Language,
  languageOf,
  tooManyText,
  unsignedTexts,
  usedUpTexts,
} from './messages.ts';
import { promoRefusalText } from './promo-texts.ts';

const json = 'application/json; charset=utf-8';
/** What everyone may read, and a cache keep. A browser must not take it for a page or a script. */
const open = { 'content-type': json, 'x-content-type-options': 'nosniff' };
/** Answers and refusals tell of persons and tokens: no cache may keep one. */
const personal = { ...open, 'cache-control': 'no-store' };

/** `Headers` that are made once: a response copies them in half the time it takes to read an object. */
const okInit: ResponseInit = { status: 200, headers: new Headers(personal) };
const createdInit: ResponseInit = { status: 201, headers: new Headers(personal) };
const openInit: ResponseInit = { status: 200, headers: new Headers(open) };

/** How long a client should wait before it tries again, in seconds. */
const retryAfterSeconds = 1;

function initOf(status: number, retryAfter: number) {
  const retry = status === 429 || status === 503 ? { 'retry-after': String(retryAfter) } : {};
  return { status, headers: new Headers({ ...personal, ...retry }) };
}

/** A refusal before it is sent: alone it becomes an answer, in a batch one result of many. */
export class Refusal {
  constructor(
    readonly init: ReturnType<typeof initOf>,
    /** The envelope as JSON text. */
    readonly texts: Readonly<Record<Language, string>>,
  ) {}
}

const prepared = new Map(
  errorCodes.map((code) => {
    const { status, en, zh } = failures[code];
    const texts = { en: body(code, en), zh: body(code, zh) };
    return [code, new Refusal(initOf(status, retryAfterSeconds), texts)];
  }),
);

function body(errCode: number, errMsg: string, fields?: Record<string, string>): string {
  const data = fields === undefined ? { errCode, errMsg } : { errCode, errMsg, fields };
  return JSON.stringify({ status: 'fail', data });
}

export function success(data: unknown, status: 200 | 201 = 200): Response {
  return successText(JSON.stringify(data), status);
}

/** 202: not yet; ask again after so many seconds. */
export function notYet(data: unknown, retryAfter: number): Response {
  const headers = new Headers({ ...personal, 'retry-after': String(retryAfter) });
  return new Response(successEnvelope(JSON.stringify(data)), { status: 202, headers });
}

/** Hot path: `data` is JSON text already. */
export function successText(data: string, status: 200 | 201): Response {
  return new Response(successEnvelope(data), status === 200 ? okInit : createdInit);
}

/** An answer whose body was made before: `replayed`, for an earlier request. */
export function keptAnswer(status: number, body: string, replayed: boolean): Response {
  const response = new Response(body, initOf(status, retryAfterSeconds));
  if (replayed) response.headers.set('idempotency-replayed', 'true');
  return response;
}

/** The body of a success, for callers that send it more than once; `data` is JSON text. */
export function successEnvelope(data: string): string {
  return `{"status":"success","data":${data}}`;
}

/** Hot path: the same envelope as one result of many, with the status that it would have as an answer. */
export function successResult(data: string, http: 200 | 201): string {
  return `{"http":${http},"status":"success","data":${data}}`;
}

export function refusalResult({ init, texts }: Refusal, language: Language): string {
  return `{"http":${init.status},${texts[language].slice(1)}`;
}

/** Hot path: answers everyone alike, with a body that `successEnvelope` made. */
export function openBody(body: string): Response {
  return new Response(body, openInit);
}

/** The refusal of a code, which says no more than what the code means. */
export function refusalOf(code: ErrorCode): Refusal {
  return prepared.get(code)!;
}

/** A refusal as an answer; the language is the one the request prefers. */
export function refusalAnswer(request: Request, { init, texts }: Refusal): Response {
  return new Response(texts[preferredLanguage(request)], init);
}

export function failure(request: Request, code: ErrorCode): Response {
  return refusalAnswer(request, refusalOf(code));
}

/** 10002 for what failed outside the application, in English: there is no request to ask for another. */
export function unknownError(): Response {
  const { init, texts } = refusalOf(10002);
  return new Response(texts.en, init);
}

/** A refusal by an actor or the board. */
export function refused(request: Request, code: Exclude<Code, 0>): Response {
  return failure(request, code);
}

/** A refusal of what a merchant wants of a promo; `about` is the other promo that is in its way, or 0. */
export function promoRefused(request: Request, code: Exclude<Code, 0>, about: number): Response {
  if (about === 0 && code !== 30011) return failure(request, code);
  const errMsg = promoRefusalText(code, about, preferredLanguage(request));
  return new Response(body(code, errMsg), initOf(failures[code].status, retryAfterSeconds));
}

/** 10001, naming every wrong field with what is wrong with it. */
export function invalidRefusal(fields: Record<string, string>): Refusal {
  const named = Object.entries(fields).map(([name, what]) => `${name} (${what})`);
  const textIn = (language: Language) =>
    body(10001, `${failures[10001][language]}: ${named.join(', ')}`, fields);
  return new Refusal(refusalOf(10001).init, { en: textIn('en'), zh: textIn('zh') });
}

export function invalid(request: Request, fields: Record<string, string>): Response {
  return refusalAnswer(request, invalidRefusal(fields));
}

/** The longest origin or host that a refusal repeats. */
const repeatedMax = 100;

/** 20006 for a page that this site does not know as its own, and which settings would tell it. */
export function fromElsewhere(
  request: Request,
  origin: string | null,
  hosts: readonly string[],
): Response {
  const language = preferredLanguage(request);
  const page = (origin ?? '?').slice(0, repeatedMax);
  const asked = hosts.join(', ').slice(0, repeatedMax);
  const errMsg = `${failures[20006][language]}: ${elsewhere[language](page, asked)}`;
  return new Response(body(20006, errMsg), initOf(failures[20006].status, 0));
}

/** 429 with the seconds after which a request will be let through again, and in words. */
export function tooMany(request: Request, retryAfter: number): Response {
  const text = tooManyText(retryAfter * 1_000, preferredLanguage(request));
  return new Response(body(10003, text), initOf(429, Math.max(1, Math.ceil(retryAfter))));
}

/** 20005 for a one-time password that was right once, or was tried too often. */
export function usedUp(request: Request): Response {
  const { status } = failures[20005];
  return new Response(body(20005, usedUpTexts[preferredLanguage(request)]), initOf(status, 0));
}

/** 20003 for a delivery whose signature, or its time, is wrong. */
export function unsigned(request: Request): Response {
  const { status } = failures[20003];
  return new Response(body(20003, unsignedTexts[preferredLanguage(request)]), initOf(status, 0));
}

/** 503: nothing was done; `retryAfter` in seconds. */
export function tooBusy(request: Request, retryAfter: number): Response {
  const { texts } = refusalOf(30003);
  return new Response(texts[preferredLanguage(request)], initOf(503, retryAfter));
}

export function preferredLanguage(request: Request): Language {
  return languageOf(request.headers.get('accept-language'));
}
