/** The merchant's pages as a browser without scripts uses them. */
import type { TestEngine } from './engine-process.ts';
import { adminToken } from './engine-process.ts';

export interface AdminVisit {
  /** The page as HTML; follows no redirects. @throws Error for any other answer than 200 */
  page(path: string, headers?: Record<string, string>): Promise<string>;
  /** Sends a form. */
  send(path: string, fields?: Record<string, string>): Promise<Response>;
}

/** Logs in, with ADMIN_TOKEN when nothing else is given. */
export async function adminVisit(
  { url }: Pick<TestEngine, 'url'>,
  token = adminToken,
): Promise<AdminVisit> {
  const post = (path: string, fields: Record<string, string>, cookie = '') =>
    fetch(url + path, {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers: { cookie },
      redirect: 'manual',
    });
  const entered = await post('/admin/login', { token });
  if (entered.status !== 303) throw new Error(`the log-in answered ${entered.status}`);
  const cookie = entered.headers.getSetCookie()[0]!.split(';')[0]!;
  return {
    async page(path, headers = {}) {
      const answer = await fetch(url + path, {
        headers: { cookie, ...headers },
        redirect: 'manual',
      });
      if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}`);
      return answer.text();
    },
    send: (path, fields = {}) => post(path, fields, cookie),
  };
}

/** What people read of a page, in one line. */
export function readable(html: string): string {
  const body = html.replace(/^[\s\S]*<main\b[^>]*>/, '').replaceAll(/<[^>]*>/g, ' ');
  return body.replaceAll('&#39;', "'").replaceAll(/\s+/g, ' ').trim();
}
