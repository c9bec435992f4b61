/** An HTTP thread that sells by a Lua script on Redis; see `redis-lua.ts`. */
import { Hono } from 'hono';
import { Redis } from 'ioredis';
import { payWindowDefaultMs } from '../../actors/limits.ts';
import { type PurchaseToken, purchaseTokens } from '../../src/admission/purchase-token.ts';
import { isPlaceBody } from '../../src/http/routes/placing.ts';
import { failure, successText } from '../../src/http/wire/envelope.ts';
import { timeText } from '../../src/http/wire/time.ts';
import { orderId } from '../../src/order-id.ts';
import { serve } from './http-threads.ts';
import { keysOf, orderScript } from './lua-order.ts';
import type { RedisLuaSettings } from './redis-lua.ts';

declare const self: Worker;

type Place = (...words: (string | number)[]) => Promise<number | string>;

self.onmessage = ({ data }: MessageEvent<RedisLuaSettings>) => {
  const { port, redisUrl, pipelined, tokenSecret, unitPrice } = data;
  const tokens = purchaseTokens(tokenSecret);
  const redis = new Redis(redisUrl, { enableAutoPipelining: pipelined });
  redis.defineCommand('place', { numberOfKeys: 4, lua: orderScript });
  const selling = redis as Redis & { place: Place }; // It was defined just now.

  async function place(request: Request): Promise<Response> {
    const body: unknown = await request.json();
    if (!isPlaceBody(body)) return failure(request, 10001);
    const token = tokens.verify(body.token);
    if (token === null) return failure(request, 30007);
    const now = Date.now();
    if (now >= token.expiresAt * 1000) return failure(request, 30008);
    const { userId, itemId, promoId } = token;
    const { amount } = body;
    const reply = await selling.place(...keysOf(itemId), userId, amount, now, promoId);
    if (typeof reply === 'string') {
      const [n, before, at] = reply.split(':').map(Number) as [number, number, number]; // As the script keeps it.
      return successText(placed(token, n, before, at), 200);
    }
    if (reply > 0) return successText(placed(token, reply, amount, now), 201);
    return failure(request, reply === 0 ? 30001 : 30013);
  }

  /** As the engine tells of an order. */
  function placed({ itemId, promoId }: PurchaseToken, n: number, amount: number, at: number) {
    const payBy = timeText(at + payWindowDefaultMs);
    return `{"orderId":"${orderId(itemId, n, at)}","itemId":${itemId},"promoId":${promoId},"amount":${amount},"unitPrice":${unitPrice},"total":${amount * unitPrice},"payBy":"${payBy}"}`;
  }

  const app = new Hono().post('/api/orders', (c) => place(c.req.raw));
  serve(port, app.fetch);
  self.postMessage('listening');
};
