/**
 * When a message to another engine goes. Its price is that of hundreds of records in it, for both engines and most of
 * all for NATS, and each message becomes an entry of its own at the owner. So, as with the entries of a journal, what
 * comes while others are on their way gathers for the next message. Where nothing is on its way a message goes at
 * once, unless commands come so fast that a fuller one is hoped for.
 *
 * Nobody waits for longer than `forwardGatherMs`, nor once the others have stopped coming. A hope that did not come
 * true, because all who could come were waiting, is given up for a while. Time is an input.
 */
import {
  forwardDoubtMs,
  forwardGatherMs,
  forwardRecordsEnough,
  forwardRecordsMin,
} from '../../actors/limits.ts';

export class Gathering {
  /** Commands since `#spanAt`, and how many came in `forwardGatherMs` of the span before that. */
  #came = 0;
  #spanAt = 0;
  #rate = 0;
  /** Since when commands wait, -1 while none do; and how many there were when they were last looked at. */
  #since = -1;
  #seen = 0;
  #hasHoped = false;
  #hopeAgainAt = 0;

  /** Hot path: a command has come. */
  add(): void {
    this.#came++;
  }

  /**
   * At the end of a turn: whether the commands that wait are to go now. `onTheirWay` are those that went before and have
   * no reply. Else they are to be looked at again each `forwardQuietMs`.
   */
  isDue(waiting: number, onTheirWay: number, now: number): boolean {
    this.#measure(now);
    if (this.#since < 0) {
      this.#since = now;
      this.#seen = waiting;
    }
    if (waiting >= forwardRecordsEnough && 2 * waiting >= onTheirWay) return true;
    if (onTheirWay > 0) return false;
    const hopes = this.#rate >= forwardRecordsMin && now >= this.#hopeAgainAt;
    if (hopes) this.#hasHoped = true;
    return !hopes;
  }

  /** Between turns: whether the commands that wait have waited long enough. */
  isOverdue(waiting: number, now: number): boolean {
    const isQuiet = waiting === this.#seen;
    this.#seen = waiting;
    return isQuiet || now - this.#since >= forwardGatherMs;
  }

  /** So many commands, all that waited, have gone. */
  sent(commands: number, now: number): void {
    if (this.#hasHoped && commands < forwardRecordsMin) this.#hopeAgainAt = now + forwardDoubtMs;
    this.#hasHoped = false;
    this.#since = -1;
  }

  #measure(now: number): void {
    const span = now - this.#spanAt;
    if (span < forwardGatherMs) return;
    this.#rate = (this.#came * forwardGatherMs) / span;
    this.#came = 0;
    this.#spanAt = now;
  }
}
