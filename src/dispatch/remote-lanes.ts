/** The lanes of an HTTP thread to other engines, made when a command first goes there. */
import type { Courier, Letter } from '../../actors/cluster/courier.ts';
import type { Owner, Owners } from '../../actors/cluster/owners.ts';
import { repliesSubject } from '../../actors/cluster/wire.ts';
import { lastRepliesMs } from '../../actors/limits.ts';
import type { Positions } from '../../actors/memory/positions.ts';
import { HeldReplies } from './held-replies.ts';
import type { LaneWorld } from './lane.ts';
import { RemoteLane } from './remote-lane.ts';

export interface RemoteLanesParts {
  courier: Pick<Courier, 'isConnected' | 'publish' | 'subscribe'>;
  positions: Pick<Positions, 'get'>;
  partitions: number;
  /** Id of this engine's run. */
  engine: string;
  /** Number of this HTTP thread, and how often it has been started. */
  thread: number;
  life: number;
  world: LaneWorld;
  metrics: { countForwarded(commands: number): void };
  /** Told of what is refused, in words. */
  report(what: string): void;
}

export class RemoteLanes {
  readonly #parts: RemoteLanesParts;
  readonly #subject: string;
  readonly #held: HeldReplies;
  /** By number, which is the last part of a lane's subject. */
  readonly #byNumber = new Map<number, RemoteLane>();
  /** By the engine and thread that they lead to. */
  readonly #byEnd = new Map<string, { number: number; lane: RemoteLane }>();
  #nextNumber = 1;
  #hasReported = false;

  constructor(parts: RemoteLanesParts) {
    this.#parts = parts;
    this.#held = new HeldReplies(parts.positions);
    this.#subject = repliesSubject(parts.engine, parts.thread, parts.life);
    parts.courier.subscribe(`${this.#subject}.>`, (letter) => this.#heard(letter));
  }

  /** Commands whose reply has not come, or is held. */
  get inFlight(): number {
    let sum = this.#held.count;
    for (const lane of this.#byNumber.values()) sum += lane.inFlight;
    return sum;
  }

  /** The lane to the thread that a partition lives on in another engine. */
  to(owner: Owner, partition: number): RemoteLane {
    const thread = partition % owner.actorThreads;
    const end = `${owner.id}.${thread}`;
    const known = this.#byEnd.get(end);
    if (known !== undefined) return known.lane;
    const { courier, partitions, world, metrics, life } = this.#parts;
    const number = this.#nextNumber++;
    const lane = new RemoteLane(
      {
        ...{ courier, partitions, owner, thread, metrics, held: this.#held },
        repliesSubject: `${this.#subject}.${number}`,
      },
      world,
      life,
    );
    this.#byEnd.set(end, { number, lane });
    this.#byNumber.set(number, lane);
    return lane;
  }

  /** Takes note of which engines own anything: replies of the others are waited for only for a moment. */
  named(owners: Owners): void {
    const living = new Set(owners.map((owner) => owner?.id));
    const goneAt = performance.now() + lastRepliesMs;
    for (const lane of this.#byNumber.values()) {
      lane.goneAt = living.has(lane.engine)
        ? Number.POSITIVE_INFINITY
        : Math.min(lane.goneAt, goneAt);
    }
  }

  /** Sends what the turn has gathered. */
  ring(): void {
    for (const lane of this.#byNumber.values()) {
      if (lane.rung) continue;
      lane.rung = true;
      lane.ring();
    }
  }

  /** Gives up what was sent too long ago, and lanes to engines that are gone. */
  expire(sentBefore: number): void {
    const now = performance.now();
    for (const [end, { number, lane }] of this.#byEnd) {
      lane.abandon(sentBefore);
      if (now < lane.goneAt) continue;
      this.#byEnd.delete(end);
      this.#byNumber.delete(number);
      lane.abandon();
    }
  }

  /** The courier's connection is gone. */
  lost(): void {
    for (const lane of this.#byNumber.values()) lane.lost();
  }

  #heard({ subject, bytes, isUndelivered }: Letter): void {
    const [lane, message] = subject
      .slice(this.#subject.length + 1)
      .split('.')
      .map(Number);
    const found = this.#byNumber.get(lane!);
    // Of a lane that was given up: nobody waits for it any more.
    if (found === undefined) return;
    if (isUndelivered) found.undelivered(message!);
    else if (!found.heard(bytes)) this.#reportOnce();
  }

  #reportOnce(): void {
    if (this.#hasReported) return;
    this.#hasReported = true;
    this.#parts.report('refused a message of replies that is of another version, or damaged');
  }
}
