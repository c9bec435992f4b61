/**
 * The floor: the least that a Hono server on Bun does for a request like an order. The same thread
 * layout, socket options and headers as the engine; routes that parse the same JSON body, or none, and
 * answer a constant of the same size and status. Anything that the engine costs beyond it is its own.
 *
 * `bun bench/servers/floor.ts '<FloorSettings as JSON>'`; it prints `listening on <url>`.
 */
import { type HttpThreadsSettings, startHttpThreads } from './http-threads.ts';

export interface FloorSettings extends HttpThreadsSettings {
  status: number;
  body: string;
}

const settings = JSON.parse(process.argv[2] ?? '{}') as FloorSettings; // The bench wrote it.
startHttpThreads(new URL('./floor-thread.ts', import.meta.url), settings);
