/** Threads that audit the partitions of a journal side by side. */
import type { Config } from '../../config.ts';
import { ownScript } from '../../own-files.ts';
import type { AuditAsked, AuditedPart } from './auditor.ts';
import { errorOf, type FromAuditor, type Tally, type ToAuditor } from './messages.ts';

interface Threads {
  count: number;
  /** The partitions to audit, those that take longest first. */
  partitions: readonly number[];
  onTally: (tally: Tally) => void;
}

/**
 * Audits the partitions, and resolves with the parts that each thread has audited.
 * @throws where a thread cannot read something, or has failed
 */
export async function auditInThreads(
  config: Config,
  asked: AuditAsked,
  { count, partitions, onTally }: Threads,
): Promise<AuditedPart[][]> {
  const waiting = [...partitions];
  const tallies: Tally[] = [];
  const auditors = Array.from(
    { length: count },
    (_, thread) =>
      new AuditorThread(config, asked, (tally) => {
        tallies[thread] = tally;
        onTally(tallies.reduce(added));
      }),
  );
  try {
    return await Promise.all(
      auditors.map(async (auditor) => {
        const parts: AuditedPart[] = [];
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
          parts.push(await auditor.audit(next));
        await auditor.close();
        return parts;
      }),
    );
  } finally {
    for (const auditor of auditors) auditor.end();
  }
}

function added(one: Tally, other: Tally): Tally {
  return { entries: one.entries + other.entries, orders: one.orders + other.orders };
}

class AuditorThread {
  readonly #thread = new Worker(ownScript('src/replay/auditor/thread.ts'), { name: 'auditor' });
  /** Whoever waits for it. */
  #waiting: PromiseWithResolvers<AuditedPart | null> | null = null;
  #failure: Error | null = null;

  constructor(config: Config, asked: AuditAsked, onTally: (tally: Tally) => void) {
    this.#thread.onmessage = ({ data }: MessageEvent<FromAuditor>) => {
      if (data.type === 'read') onTally(data);
      else if (data.type === 'audited') this.#waiting?.resolve(data.part);
      else if (data.type === 'closed') this.#waiting?.resolve(null);
      else this.#fail(errorOf(data.fault));
    };
    this.#thread.onerror = ({ message }) => {
      this.#fail(new Error(`a thread that audits the journal has failed: ${message}`));
    };
    this.#thread.addEventListener('close', () => {
      this.#fail(new Error('a thread that audits the journal has ended'));
    });
    this.#tell({ type: 'open', config, asked });
  }

  async audit(partition: number): Promise<AuditedPart> {
    const part = await this.#ask({ type: 'audit', partition });
    return part!; // Only to close is answered with none.
  }

  async close(): Promise<void> {
    await this.#ask({ type: 'close' });
  }

  /** It has nothing open any more, or has failed. */
  end(): void {
    this.#thread.terminate();
  }

  #ask(message: ToAuditor): Promise<AuditedPart | null> {
    this.#waiting = Promise.withResolvers();
    if (this.#failure === null) this.#tell(message);
    else this.#waiting.reject(this.#failure);
    return this.#waiting.promise;
  }

  #fail(failure: Error): void {
    this.#failure ??= failure;
    this.#waiting?.reject(this.#failure);
  }

  #tell(message: ToAuditor): void {
    this.#thread.postMessage(message);
  }
}
