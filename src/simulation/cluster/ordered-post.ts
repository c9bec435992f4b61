/** Messages from one place to one thread: each may take a while, but none overtakes another. */
import type { Scheduler } from '../scheduler.ts';

export class OrderedPost<Message> {
  readonly #messages: Message[] = [];
  #lastDueAt = 0;

  /** @param reader - the thread that takes the messages: none arrives once it has crashed. */
  constructor(
    private readonly scheduler: Scheduler,
    private readonly reader: object,
    private readonly label: string,
    private readonly receive: (message: Message) => void,
  ) {}

  /** The message arrives after `delayMs`, or when those before it have. */
  send(message: Message, delayMs = 0): void {
    const { scheduler, reader, label } = this;
    this.#messages.push(message);
    this.#lastDueAt = Math.max(this.#lastDueAt, scheduler.now + delayMs);
    scheduler.timer(reader, label, this.#lastDueAt - scheduler.now, () => {
      this.receive(this.#messages.shift()!); // A timer for each message.
    });
  }
}
