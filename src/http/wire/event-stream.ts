/** Server-sent events: the answer that streams them, and one event as text. */

export type EventStream = ReadableStreamDefaultController<Uint8Array>;

/** An answer that stays open. `opened` gets its stream at once, `left` when the client has gone. */
export function eventAnswer(
  opened: (stream: EventStream) => void,
  left: (stream: EventStream) => void,
): Response {
  let own: EventStream;
  const body = new ReadableStream<Uint8Array>({
    start(stream) {
      own = stream;
      opened(stream);
    },
    cancel: () => left(own),
  });
  const headers = {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  };
  return new Response(body, { headers });
}

export function eventText(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Whether a client has left this many events unread: it is dropped, and will reconnect. */
export function isBehind({ desiredSize }: EventStream, unreadEventsMax: number): boolean {
  return (desiredSize ?? 0) <= -unreadEventsMax;
}
