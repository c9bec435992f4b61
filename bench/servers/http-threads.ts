/**
 * What the servers beside the engine have in common with it: HTTP threads that share a port, named as the
 * bench knows them, and the same socket options.
 */
import { bodyBytesMax, requestArrivalMs } from '../../actors/limits.ts';

export interface HttpThreadsSettings {
  port: number;
  threads: number;
}

/** Starts the threads, each of which gets all settings, and says when all of them listen. */
export function startHttpThreads(script: URL, settings: HttpThreadsSettings): void {
  let listening = 0;
  for (let thread = 0; thread < settings.threads; thread++) {
    const worker = new Worker(script, { name: `http-${thread}` });
    worker.onmessage = () => {
      if (++listening === settings.threads) {
        console.log(`listening on http://127.0.0.1:${settings.port}`);
      }
    };
    worker.postMessage(settings);
  }
}

/** Serves on one of the threads. */
export function serve(port: number, fetch: (request: Request) => Response | Promise<Response>) {
  Bun.serve({
    hostname: '127.0.0.1',
    port,
    reusePort: true,
    idleTimeout: requestArrivalMs / 1000,
    maxRequestBodySize: 2 * bodyBytesMax,
    fetch,
  });
}
