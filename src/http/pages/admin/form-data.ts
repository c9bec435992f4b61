/** Forms as the API takes them. What does not fit is handed on as it was typed: the API says so. */
import { Hono } from 'hono';
import type { AppParts } from '../../parts.ts';
import { itemRoutes } from '../../routes/items.ts';
import { promoRoutes } from '../../routes/promos.ts';
import { failure } from '../../wire/envelope.ts';
import { faultCode, faultText } from '../../wire/fault-answers.ts';
import type { Language } from '../../wire/messages.ts';

export type Values = Record<string, string>;

export type ApiAnswer =
  | { ok: true; data: { id: number; itemId: number } }
  | { ok: false; status: number; errMsg: string; fields: string[] };

/** Sends what a form says to the JSON API of this thread, on behalf of the administrator. */
export type Send = (path: string, body: unknown, language: Language) => Promise<ApiAnswer>;

interface Envelope {
  status: 'success' | 'fail';
  data: { id: number; itemId: number; errMsg: string; fields?: Record<string, string> };
}

export function apiOf(parts: AppParts): Send {
  const api = new Hono()
    .route('/api/items', itemRoutes(parts))
    .route('/api/promos', promoRoutes(parts))
    .onError((error, c) => {
      const text = faultText(error);
      if (text !== null) parts.logError('form failed', { path: c.req.path, error: text });
      return failure(c.req.raw, faultCode(error));
    });
  return async (path, body, language) => {
    const response = await api.request(path, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${parts.adminToken}`,
        'accept-language': language,
        'content-type': 'application/json',
      },
      body: JSON.stringify(body),
    });
    const { status, data } = (await response.json()) as Envelope; // As `envelope.ts` makes it.
    if (status === 'success') return { ok: true, data };
    const { errMsg, fields = {} } = data;
    return { ok: false, status: response.status, errMsg, fields: Object.keys(fields) };
  };
}

export function itemBody({ title, description, price, stock, imageUrl }: Values) {
  return {
    title,
    description,
    price: minorOf(price),
    stock: integerOf(stock),
    imageUrl: imageUrl?.trim() || null,
  };
}

export function promoBody(itemId: number, values: Values) {
  const minutes = integerOf(values.payWindowSeconds);
  return {
    itemId,
    name: values.name,
    price: minorOf(values.price),
    startAt: utcOf(values.startAt),
    endAt: utcOf(values.endAt),
    limitPerUser: integerOf(values.limitPerUser),
    gateFactor: integerOf(values.gateFactor),
    payWindowSeconds: typeof minutes === 'number' ? minutes * 60 : minutes,
    captcha: values.captcha === 'on',
  };
}

export function restockBody({ units, key }: Values) {
  return { units: integerOf(units), key };
}

function integerOf(text = ''): number | string {
  return /^\s*\d{1,15}\s*$/.test(text) ? Number(text) : text;
}

/** An amount of currency in minor units: `89.9` is 8990. */
function minorOf(text = ''): number | string {
  const match = /^\s*(\d{1,13})(?:\.(\d{1,2}))?\s*$/.exec(text);
  if (match === null) return text;
  return Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'));
}

/** The value of a field of day and time, which has no zone, as a time in UTC. */
function utcOf(text = ''): string {
  return /T\d\d:\d\d$/.test(text) ? `${text}:00Z` : `${text}Z`;
}
