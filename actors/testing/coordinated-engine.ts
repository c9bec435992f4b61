/**
 * An engine for tests of the cluster that consists of a real `Coordinator` and of partitions that only do as
 * they are told: they set their cells, and share a journal of which nothing is kept but who wrote last.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { createSteadyClock, wallClock } from '../clock.ts';
import { Coordinator, type CoordinatorSettings } from '../cluster/coordinator.ts';
import type { OwnershipMessage } from '../cluster/owners.ts';
import type { ToldMember } from '../cluster/told-members.ts';
import { Positions } from '../memory/positions.ts';

/** By partition: how many entries there are, and who wrote the last. */
export type SharedJournal = { seq: number; writer: string }[];

export function sharedJournal(partitions: number): SharedJournal {
  return Array.from({ length: partitions }, () => ({ seq: 1, writer: '' }));
}

/** How often a partition looks at the journal, in milliseconds. */
const followMs = 5;

export class CoordinatedEngine {
  readonly positions = new Positions(new SharedArrayBuffer(Positions.bytes));
  readonly steadyClock = createSteadyClock();
  readonly orders: OwnershipMessage[] = [];
  readonly lines: string[] = [];
  readonly places: string[] = [];
  told: ToldMember[] = [];
  coordinator!: Coordinator;
  /** While set, the partitions read nothing: they are not fresh for long. */
  lagging = false;
  /** While set, the partitions do not do as they are told. */
  deaf = false;
  #timer: Timer | undefined;

  private constructor(
    readonly id: string,
    private readonly journal: SharedJournal,
  ) {}

  static async start(
    url: string,
    id: string,
    journal: SharedJournal,
    settings: Partial<CoordinatorSettings['self']> & { replicas?: number } = {},
  ): Promise<CoordinatedEngine> {
    const engine = new CoordinatedEngine(id, journal);
    const { replicas = 1, ...self } = settings;
    const common = { tokenSecret: 'a', sql: 'b', store: 'c' };
    const whole = {
      address: `http://${id}`,
      version: '1',
      startedAt: wallClock(),
      actorThreads: 1,
    };
    engine.coordinator = await Coordinator.open(
      {
        nats: { url },
        replicas,
        partitions: journal.length,
        self: { id, ...whole, layout: 1, common, ...self },
      },
      {
        positions: engine.positions,
        steadyClock: engine.steadyClock,
        clock: wallClock,
        log: (level, message, details) => {
          engine.lines.push(`${level}: ${message} ${JSON.stringify(details)}`);
        },
        tell: () => undefined,
        order: (message) => {
          engine.orders.push(message);
          if (engine.deaf) return;
          if (message.type === 'take') void engine.#take(message.partition);
          else void engine.#handOver(message.partition);
        },
        membersChanged: (text) => {
          // It is what the coordinator writes there.
          engine.told = JSON.parse(text) as ToldMember[];
        },
        moved: (place) => engine.places.push(place),
        started: () => true,
      },
    );
    engine.#timer = setInterval(() => engine.#follow(), followMs);
    return engine;
  }

  /** The partitions that it serves. */
  get serves(): number[] {
    return [...this.journal.keys()].filter((partition) => this.#mode(partition) === 'ready');
  }

  /** Where it sends the commands of each partition. */
  get routes(): (string | null)[] {
    return this.coordinator.owners.map((owner) => owner?.id ?? null);
  }

  /** How many of its lines match. */
  said(pattern: RegExp): number {
    return this.lines.filter((line) => pattern.test(line)).length;
  }

  /** All partitions begin anew, as those of a thread that has died. */
  restartThread(): void {
    for (const partition of this.journal.keys()) {
      this.positions.setMode(partition, 'recovering');
      this.positions.set(partition, 'elsewhere', 1);
    }
    this.coordinator.ownershipChanged();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.coordinator.close();
  }

  #mode(partition: number) {
    return this.positions.mode(partition);
  }

  #follow(): void {
    for (const [partition, { seq, writer }] of this.journal.entries()) {
      const mode = this.#mode(partition);
      const known = this.positions.get(partition, 'journalSeq') === seq;
      // An owner writes now and then, and is fenced where it is not the one who wrote last.
      const fenced = mode === 'ready' && writer !== this.id;
      if (!fenced && (this.lagging || mode === 'ready')) continue;
      if (!known) {
        this.positions.set(partition, 'journalSeq', seq);
        this.coordinator.writerSeen(partition, writer);
      }
      if (fenced) this.#become(partition, 'following', 1);
      if (mode === 'recovering') this.positions.setMode(partition, 'following');
    }
  }

  async #take(partition: number): Promise<void> {
    if (this.#mode(partition) !== 'following') return;
    this.#become(partition, 'taking', 0);
    await pause(followMs);
    if (this.#mode(partition) !== 'taking') return;
    const entry = { seq: this.journal[partition]!.seq + 1, writer: this.id };
    this.journal[partition] = entry;
    this.positions.set(partition, 'journalSeq', entry.seq);
    this.#become(partition, 'ready', 0);
  }

  async #handOver(partition: number): Promise<void> {
    this.positions.setMode(partition, 'handing over');
    await pause(followMs);
    this.#become(partition, 'following', 1);
  }

  #become(partition: number, mode: 'following' | 'taking' | 'ready', elsewhere: 0 | 1): void {
    this.positions.setMode(partition, mode);
    this.positions.set(partition, 'elsewhere', elsewhere);
    this.coordinator.ownershipChanged();
  }
}
