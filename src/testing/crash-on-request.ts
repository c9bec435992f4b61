/** A back door for tests: lines on standard input make threads of an engine throw. */
import type { Engine } from '../engine.ts';

const kinds = ['http', 'actor', 'projector', 'webhooks'] as const;

/** Each line names the kind of a thread that is to crash. Resolves when the input ends. */
export async function crashOnRequest(engine: Pick<Engine, 'crash'>): Promise<void> {
  for await (const line of console) {
    const kind = kinds.find((each) => each === line);
    if (kind === undefined) throw new Error(`no thread is called ${line}`);
    engine.crash(kind);
  }
}
