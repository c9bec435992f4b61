import { Hono } from 'hono';
const body = process.argv[2]!;
const init = { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' } };
const app = new Hono().get('/api/items/:id', () => new Response(body, init));
const s = Bun.serve({ hostname: '127.0.0.1', port: 0, reusePort: true, idleTimeout: 10, fetch: app.fetch });
console.log(`listening on http://127.0.0.1:${s.port}`);
