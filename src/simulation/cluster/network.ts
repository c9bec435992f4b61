/**
 * Core messages between the engines of a cluster, as far as NATS promises anything: one may be lost, late,
 * or overtaken by one that was sent later; whoever writes to a subject that nobody reads is told so.
 */
import type { Letter } from '../../../actors/cluster/courier.ts';
import type { Random } from '../random.ts';
import type { Scheduler } from '../scheduler.ts';

/** Weights of what becomes of a message. */
export interface NetworkFaults {
  fine: number;
  late: number;
  lost: number;
  doubled: number;
}

export const faultlessNetwork: NetworkFaults = { fine: 1, late: 0, lost: 0, doubled: 0 };

interface Reader {
  thread: object;
  heard(letter: Letter): void;
}

export class Network {
  readonly #readers = new Map<string, Reader>();
  faults: NetworkFaults;

  constructor(
    private readonly random: Random,
    private readonly scheduler: Scheduler,
    faults: NetworkFaults,
  ) {
    this.faults = faults;
  }

  /** What a thread has of the network: a `Courier` whose connection is never lost. */
  courier(thread: object) {
    return {
      isConnected: true,
      publish: (subject: string, bytes: Uint8Array, replySubject = '') => {
        this.#publish({ subject, replySubject, bytes, isUndelivered: false });
        return true;
      },
      subscribe: (subject: string, heard: (letter: Letter) => void) => {
        this.#readers.set(subject, { thread, heard });
      },
    };
  }

  /** The thread is gone, and so is its connection. */
  cut(thread: object): void {
    for (const [subject, reader] of this.#readers)
      if (reader.thread === thread) this.#readers.delete(subject);
  }

  #publish(letter: Letter): void {
    const { random } = this;
    const { subject, replySubject } = letter;
    const reader = this.#readerOf(subject);
    if (reader === undefined) {
      const sender = this.#readerOf(replySubject);
      const undelivered = { subject: replySubject, replySubject: '', bytes: new Uint8Array() };
      if (sender !== undefined) this.#deliver(sender, { ...undelivered, isUndelivered: true }, 0);
      return;
    }
    const { fine, late, lost, doubled } = this.faults;
    const fate = random.weighted({ fine, late, lost, doubled });
    if (fate === 'lost') return;
    const delayMs = fate === 'late' ? random.between(50, 8_000) : random.pick([0, 0, 0, 1, 5, 20]);
    this.#deliver(reader, letter, delayMs);
    if (fate === 'doubled') this.#deliver(reader, letter, random.pick([0, 5, 500]));
  }

  /** Whoever reads a subject reads all that begin with it. */
  #readerOf(subject: string): Reader | undefined {
    for (let end = subject.length; end > 0; end = subject.lastIndexOf('.', end - 1)) {
      const reader = this.#readers.get(subject.slice(0, end));
      if (reader !== undefined) return reader;
    }
    return undefined;
  }

  #deliver({ thread, heard }: Reader, letter: Letter, delayMs: number): void {
    const label = `a message to ${letter.subject}`;
    this.scheduler.timer(thread, label, delayMs, () => heard(letter));
  }
}
