/** An HTTP thread of the floor; see `floor.ts`. */
import { Hono } from 'hono';
import type { FloorSettings } from './floor.ts';
import { serve } from './http-threads.ts';

declare const self: Worker;

self.onmessage = ({ data }: MessageEvent<FloorSettings>) => {
  const { port, status, body } = data;
  const init = { status, headers: { 'content-type': 'application/json; charset=utf-8' } };
  const app = new Hono()
    .post('/api/orders', async (c) => {
      const order = (await c.req.raw.json()) as { token: unknown; amount: unknown }; // Read, not trusted.
      if (order.token === undefined || order.amount === undefined) throw new Error('not an order');
      return new Response(body, init);
    })
    .get('/api/items/:id', () => new Response(body, init));
  serve(port, app.fetch);
  self.postMessage('listening');
};
