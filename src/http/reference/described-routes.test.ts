import { describe, expect, test } from 'bun:test';
import Ajv from 'ajv/dist/2020';
import * as v from 'valibot';
import { createApp } from '../app.ts';
import type { AppParts } from '../parts.ts';
import { healthRoutes } from '../routes/health.ts';
import { type DescribedRoute, describedRoutes } from './described-routes.ts';
import { openApiDocument } from './openapi.ts';

interface Readable {
  paths: Record<string, Record<string, { responses: Record<string, ReadableAnswer> }>>;
  components: object;
}
interface ReadableAnswer {
  headers: object;
  content: { 'application/json': { schema: object } };
}

// Creating the application calls none of its parts except the token check, the route counter and the site.
const site = { allowedOrigins: [] as readonly string[] };
const requests = { rowOf: (_: string) => 0 };
const app = createApp({ metricsToken: null, requests, site } as AppParts);
const ajv = new Ajv({ strict: false });
const keyOf = ({ method, path }: { method: string; path: string }) => `${method} ${path}`;

describe('the reference', () => {
  test('has the routes that are served, and no others', () => {
    const served = app.routes
      .filter(({ method }) => method !== 'ALL')
      .filter(({ path }) => /^\/(api\/|healthz$|readyz$|metrics$|openapi\.json$)/.test(path))
      .map(keyOf);
    const described = describedRoutes.map(({ method, path, routed = path }) =>
      keyOf({ method, path: routed }),
    );
    expect([...new Set(served)].sort()).toEqual(described.sort());
  });

  test('is served by the router that matches in one step: a path it cannot take makes all others slow', () => {
    const [order] = app.router.match('POST', '/api/orders');
    expect(order).toHaveLength(1);
    expect(app.router.name).toContain('RegExpRouter');
  });

  test('has examples that its schemas accept', () => {
    for (const route of describedRoutes) {
      const { body, bodyExample, answers } = route;
      if (body !== undefined)
        expect([keyOf(route), faults(body, bodyExample)]).toEqual(fine(route));
      for (const { data, example } of Object.values(answers ?? {})) {
        expect([keyOf(route), faults(data, example)]).toEqual(fine(route));
      }
    }
  });

  test('describes how an engine says that it is not ready, as it says it', async () => {
    const stopping = { judge: async () => ({ unready: ['draining'], degraded: [] }) };
    const parts = { readiness: stopping, journalPromise: 'what is promised' };
    // The route asks nothing else of an engine.
    const response = await healthRoutes(parts as unknown as AppParts).request('/readyz');
    expect(response.status).toBe(503);
    // Of the document, what is read here has the form that `openapi.ts` gives it.
    const { paths, components } = openApiDocument() as unknown as Readable;
    const told = paths['/readyz']!.get!.responses['503']!;
    const fits = ajv.compile({ ...told.content['application/json'].schema, components });
    const answer: unknown = await response.json();
    expect([answer, fits(answer)]).toEqual([answer, true]);
    expect(fits({ status: 'fail', data: { errCode: 10002, errMsg: 'unknown error' } })).toBe(false);
    expect(Object.keys(told.headers)).toContain('Retry-After');
    expect(response.headers.has('retry-after')).toBe(true);
  });

  test('names every error code of a route only once', () => {
    for (const { codes } of describedRoutes) expect(new Set(codes).size).toBe(codes.length);
  });
});

const fine = (route: DescribedRoute) => [keyOf(route), []];

function faults(schema: v.GenericSchema, value: unknown): string[] {
  const result = v.safeParse(schema, value);
  return result.success ? [] : result.issues.map(({ message }) => message);
}
