/**
 * The floor: the least that a Hono server on Bun does for a request like an order. The same thread
 * layout, socket options and headers as the engine; routes that parse the same JSON body, or none, and
 * answer a constant of the same size and status. Anything that the engine costs beyond it is its own.
 *
 * `bun bench/servers/floor.ts '<FloorSettings as JSON>'`; it prints `listening on <url>`.
 */

export interface FloorSettings {
  port: number;
  threads: number;
  status: number;
  body: string;
}

const settings = JSON.parse(process.argv[2] ?? '{}') as FloorSettings; // The bench wrote it.
let listening = 0;
for (let thread = 0; thread < settings.threads; thread++) {
  const worker = new Worker(new URL('./floor-thread.ts', import.meta.url), {
    name: `http-${thread}`,
  });
  worker.onmessage = () => {
    if (++listening === settings.threads) {
      console.log(`listening on http://127.0.0.1:${settings.port}`);
    }
  };
  worker.postMessage(settings);
}
