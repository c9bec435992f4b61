/** The administrator's pages. */
import { Hono } from 'hono';
import type { AppParts } from '../../parts.ts';
import type { PageMaker } from '../routes.tsx';

export function adminPages(_parts: AppParts, _page: PageMaker) {
  return new Hono();
}
