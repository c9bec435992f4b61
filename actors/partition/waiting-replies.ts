import type { Reply } from '../protocol.ts';

/**
 * Replies that are kept back, each until the event numbered `mark` in its partition is durable (I2).
 * They are in the order they were decided; marks never fall, so the durable ones come first. Hot path:
 * in columns, which are reused once no reply waits.
 */
export class WaitingReplies {
  readonly #marks: number[] = [];
  readonly #mailboxes: number[] = [];
  readonly #requests: number[] = [];
  readonly #replies: (Reply | null)[] = [];
  #head = 0;
  #end = 0;

  add(mark: number, mailbox: number, request: number, reply: Reply): void {
    const row = this.#end++;
    this.#marks[row] = mark;
    this.#mailboxes[row] = mailbox;
    this.#requests[row] = request;
    this.#replies[row] = reply;
  }

  /** Takes, one by one, the replies that rest on no event after number `mark`. */
  release(mark: number, tell: (mailbox: number, request: number, reply: Reply) => void): void {
    while (this.#head < this.#end && this.#marks[this.#head]! <= mark) {
      const row = this.#head++;
      const reply = this.#replies[row]!;
      this.#replies[row] = null;
      tell(this.#mailboxes[row]!, this.#requests[row]!, reply);
    }
    if (this.#head === this.#end) this.#head = this.#end = 0;
    else if (this.#head > this.#end / 2) this.#moveUp();
  }

  /** Under constant load some reply always waits: this frees the room of those already sent. */
  #moveUp(): void {
    const columns = [this.#marks, this.#mailboxes, this.#requests, this.#replies];
    for (const column of columns) column.splice(0, this.#head);
    this.#end -= this.#head;
    this.#head = 0;
  }
}
