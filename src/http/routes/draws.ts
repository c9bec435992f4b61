/** Draws: what anyone needs to recompute the order in which those who waited are let in. */
import { Hono } from 'hono';
import type { PublicDraw } from '../../shop/draw/draws.ts';
import { Strides } from '../../strides.ts';
import { limitedByAddress } from '../guard/rate-limits.ts';
import type { AppParts } from '../parts.ts';
import { failure } from '../wire/envelope.ts';

/** Labels that are written at once, some 64 KiB of text. */
const labelsPerPiece = 1_000;

/** The draw was held, so nothing in the answer will ever change. */
const forEver = 'public, max-age=31536000, immutable';

export function drawRoutes(parts: AppParts) {
  const limit = limitedByAddress(parts, 'drawByAddress');
  return new Hono().get('/:id/draw', limit, (c) => read(parts, c.req.raw, c.req.param('id')));
}

async function read({ draws }: AppParts, request: Request, text: string): Promise<Response> {
  const found = await draws.find(text);
  if (found === null) return failure(request, 10005);
  const headers = new Headers({
    'content-type': 'application/json; charset=utf-8',
    'x-content-type-options': 'nosniff',
    'cache-control': found.seed === null ? 'no-cache' : forEver,
  });
  if (found.seed !== null) {
    const tag = `"${found.seed}"`;
    headers.set('etag', tag);
    if (request.headers.get('if-none-match')?.includes(tag)) {
      return new Response(null, { status: 304, headers });
    }
  }
  return new Response(streamOf(await draws.read(found)), { headers });
}

/** The answer in pieces, each made when the client has taken those before. */
function streamOf(draw: PublicDraw): ReadableStream<Uint8Array> {
  const pieces = piecesOf(draw);
  const encoder = new TextEncoder();
  const strides = new Strides();
  return new ReadableStream({
    async pull(stream) {
      if (strides.isLong) await strides.rest();
      const { value, done } = pieces.next();
      if (done) stream.close();
      else stream.enqueue(encoder.encode(value));
    },
  });
}

function* piecesOf({ commitment, labels, entrants, held }: PublicDraw): Generator<string, void> {
  const { secret = null, seed = null } = held ?? {};
  const head = JSON.stringify({ commitment, secret, seed }).slice(0, -1);
  yield `{"status":"success","data":${head},"labels":[`;
  yield* labelPieces(entrants, (index) => labels.at(index));
  yield '],"order":';
  if (held === null) yield 'null';
  else {
    yield '[';
    yield* labelPieces(entrants, (index) => labels.at(held.order[index]!));
    yield ']';
  }
  yield '}}';
}

function* labelPieces(count: number, labelAt: (index: number) => string): Generator<string, void> {
  for (let from = 0; from < count; from += labelsPerPiece) {
    const length = Math.min(labelsPerPiece, count - from);
    const piece = Array.from({ length }, (_, index) => `"${labelAt(from + index)}"`).join();
    yield from === 0 ? piece : `,${piece}`;
  }
}
