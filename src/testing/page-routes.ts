/** The addresses of pages as their routes have them. */
import { createApp } from '../http/app.ts';
import { adminPages } from '../http/pages/admin/routes.tsx';
import type { PageMaker } from '../http/pages/page.tsx';
import type { AppParts } from '../http/parts.ts';

interface Route {
  method: string;
  path: string;
}

/** Those of the merchant's pages, and all others, those of the API too. */
export function routesOfPages(): { merchants: Route[]; others: Route[] } {
  // Making the routes calls none of their parts except these.
  const parts = {
    ...{ metricsToken: null, requests: { rowOf: (_: string) => 0 } },
    site: { allowedOrigins: [] as readonly string[] },
  } as unknown as AppParts;
  const makesNone: PageMaker = () => () => Promise.reject(new Error('no page is asked for'));
  const merchants = adminPages(parts, makesNone).routes.map(({ method, path }) => ({
    method,
    path: `/admin${path === '/' ? '' : path}`,
  }));
  return { merchants, others: createApp(parts).routes };
}
