/** Couriers without a server: messages between the threads of one test, with the faults that it asks for. */
import type { Courier, Letter } from '../cluster/courier.ts';

type Subscription = { pattern: string; heard: (letter: Letter) => void };

/** The network between the couriers of a test: messages arrive when `deliver` is called. */
export class MemoryNetwork {
  #subscriptions: Subscription[] = [];
  /** Messages on their way, in order; a test may take some out, or put some in twice. */
  readonly onTheWay: Letter[] = [];
  /** Messages that somebody heard. */
  delivered = 0;

  courier(): MemoryCourier {
    return new MemoryCourier(this);
  }

  subscribe(pattern: string, heard: Subscription['heard']): void {
    this.#subscriptions.push({ pattern, heard });
  }

  /** From now on nobody hears this subject. */
  deafen(pattern: string): void {
    this.#subscriptions = this.#subscriptions.filter((each) => each.pattern !== pattern);
  }

  /** Delivers what is on its way; a message that nobody hears is answered as NATS does. */
  deliver(): void {
    for (const letter of this.onTheWay.splice(0)) {
      const hearing = this.#subscriptions.filter(({ pattern }) => hears(pattern, letter.subject));
      for (const { heard } of hearing) heard(letter);
      if (hearing.length > 0) this.delivered++;
      if (hearing.length === 0 && letter.replySubject !== '') {
        const subject = letter.replySubject;
        const answer = { subject, replySubject: '', bytes: new Uint8Array(0), isUndelivered: true };
        this.onTheWay.push(answer);
      }
    }
    if (this.onTheWay.length > 0) this.deliver();
  }
}

export class MemoryCourier implements Pick<Courier, 'isConnected' | 'publish' | 'subscribe'> {
  isConnected = true;

  constructor(private readonly network: MemoryNetwork) {}

  publish(subject: string, bytes: Uint8Array, replySubject = ''): boolean {
    if (!this.isConnected) return false;
    this.network.onTheWay.push({ subject, replySubject, bytes, isUndelivered: false });
    return true;
  }

  subscribe(subject: string, heard: (letter: Letter) => void): void {
    this.network.subscribe(subject, heard);
  }
}

function hears(pattern: string, subject: string): boolean {
  return pattern.endsWith('>') ? subject.startsWith(pattern.slice(0, -1)) : subject === pattern;
}
