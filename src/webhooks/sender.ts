/**
 * Sends webhooks: reads the journal behind the projector, tries what the schedule says, and writes into SQL what
 * became of it. `round`, `record` and `heed` are called again and again, one at a time; whatever one of them
 * throws, it may be called again.
 *
 * A partition is taken in SQL before anything of it is sent, and only the last sender that took it may write of
 * it. So one that was frozen and wakes may send what another has sent since, but never what that one has not: an
 * event counts as delivered, for any sender, only by a record made before the partition was taken from its writer.
 * Whoever goes by the first time an id arrives sees each order's events in order.
 */
import type { Sequence } from '../../actors/events.ts';
import type { Journal } from '../../actors/journal/journal.ts';
import type { Checkpoint } from '../db/projection.ts';
import type { Sql } from '../db/sql.ts';
import type { ReceiverState, WebhookPartition, WebhookRecord } from '../db/webhooks.ts';
import type { Answer } from './answer.ts';
import type { Delivery, Message } from './delivery.ts';
import { Facts } from './facts.ts';
import { Feed, placeAt } from './feed.ts';
import type { WebhookFigures } from './figures.ts';
import { messagesOf } from './messages.ts';
import { type PartitionNotes, Schedule } from './schedule.ts';
import type { WebhookTerms } from './terms.ts';
import { Wishes } from './wishes.ts';

export interface SenderParts {
  journal: Journal;
  sql: Pick<Sql, 'webhooks' | 'orders' | 'catalog'>;
  /** How many there are. */
  partitions: number;
  terms: WebhookTerms;
  /** Names the receiver without showing its address. */
  receiver: string;
  figures: WebhookFigures;
  clock(): number;
  random(): number;
  post(message: Message): Promise<Answer>;
  /** Whether a partition is this sender's. */
  owns(partition: number): boolean;
  /** Whether no other engine can have taken what this one owns. */
  isLeased(): boolean;
  /** The last entry of a partition that is durable and in SQL. */
  upTo(partition: number): Sequence;
  /** Where to begin with a partition that never was told; null where that is not known yet. */
  beginsAt(partition: number): Sequence | null;
  /** Every event up to an entry is settled or noted; null: the partition is not this sender's any more. */
  onProgress(partition: number, seq: Sequence | null): void;
  log(level: 'info' | 'warning' | 'error', text: string, details: Record<string, unknown>): void;
}

/** A partition that this sender has taken. */
interface Held {
  epoch: number;
  /** Null where the journal has another entry at the checkpoint, until the merchant says where to go on. */
  feed: Feed | null;
  recorded: Sequence;
}

/** Events read of a partition before the next has its turn. */
const readEvents = 1_000;

/** Rows kept of events that need no more tries. */
const keptRows = { delivered: 500, givenUp: 10_000 };
const pruneMs = 10_000;

export class Sender {
  readonly #schedule: Schedule;
  readonly #facts: Facts;
  readonly #wishes: Wishes;
  readonly #held = new Map<number, Held>();
  #stopped = false;
  #recordedState = '';
  #prunedAt = 0;
  #toldFailing = false;
  #toldStopped = false;

  constructor(private readonly parts: SenderParts) {
    const { terms, random, sql } = parts;
    this.#schedule = new Schedule(terms, random);
    this.#facts = new Facts(sql);
    this.#wishes = new Wishes(parts, this.#schedule, (partition) => this.#beginAnew(partition));
  }

  /** Takes what is this sender's, reads what there is room for, and tries it; returns whether it read anything. */
  async round(): Promise<boolean> {
    for (let partition = 0; partition < this.parts.partitions; partition++) {
      const owned = this.parts.owns(partition);
      if (owned && !this.#held.has(partition)) await this.#take(partition);
      if (!owned && this.#held.has(partition)) await this.#letGo(partition);
    }
    let hasRead = false;
    for (const [partition, { feed }] of this.#held) {
      if (feed !== null && (await this.#read(partition, feed))) hasRead = true;
      this.#pump();
    }
    this.#pump();
    this.#tell();
    return hasRead;
  }

  /** Writes what has become of events since the last record. */
  async record(): Promise<void> {
    const { clock, onProgress } = this.parts;
    const receiver = this.#receiverState();
    const records = this.#records(this.#schedule.begin(), receiver);
    if (records.length > 0) {
      const lost = await this.#write(records, receiver);
      for (const { partition, checkpoint, fulfilled } of records) {
        if (lost.includes(partition)) continue;
        this.#held.get(partition)!.recorded = checkpoint.seq;
        this.#wishes.written(fulfilled);
        onProgress(partition, checkpoint.seq);
      }
      for (const partition of lost) await this.#drop(partition);
    } else this.#schedule.written();
    if (clock() - this.#prunedAt < pruneMs) return;
    this.#prunedAt = clock();
    await this.parts.sql.webhooks.prune(keptRows);
  }

  /** Takes up what merchants wish. */
  async heed(): Promise<void> {
    await this.#wishes.heed();
    this.#pump();
  }

  /** Tries nothing more; resolves when what was under way has ended, or after a while. */
  async stop(withinMs: number): Promise<void> {
    this.#stopped = true;
    const end = performance.now() + withinMs;
    while (this.#schedule.sizes.inFlight > 0 && performance.now() < end) await Bun.sleep(5);
    for (const { feed } of this.#held.values()) await feed?.close();
  }

  async #take(partition: number): Promise<void> {
    const { sql, beginsAt, journal } = this.parts;
    const begin = beginsAt(partition);
    const place = begin === null ? null : await placeAt(journal, partition, begin);
    const fresh = place === null ? null : { seq: place.seq, hash: place.hash };
    const taken = await sql.webhooks.take(partition, fresh);
    if (taken === null) return;
    const { stands, waiting } = taken;
    const { seq, hash, epoch } = stands;
    const feed = await this.#feedFrom(partition, { seq, hash });
    // That it differs is to be recorded, whatever else is new.
    const recorded = feed === null ? -1 : seq;
    this.#held.set(partition, { epoch, feed, recorded });
    this.#schedule.take(partition, { seq, hash }, waiting);
    this.parts.onProgress(partition, seq);
    this.#recall(stands);
  }

  /** Null where the journal has lost that entry, or has another one there. */
  async #feedFrom(partition: number, { seq, hash }: Checkpoint): Promise<Feed | null> {
    const { journal, log } = this.parts;
    const place = await placeAt(journal, partition, seq);
    if (place?.hash === hash) return new Feed(journal, partition, place);
    const text =
      'the journal is not the one that webhooks were sent of: say on the page of webhooks that they go on from its end';
    log('error', text, { partition, seq });
    return null;
  }

  /** What the sender before knew of the receiver; another address is another receiver, which is tried at once. */
  #recall({ receiver, stoppedAt, failingSince }: WebhookPartition): void {
    const { health } = this.#schedule;
    if (receiver === this.parts.receiver) {
      health.stoppedAt ??= stoppedAt;
      health.failingSince ??= failingSince;
    } else if (receiver !== '') this.#schedule.hurryAll();
  }

  /** The partition is another sender's: what is known is written, if that one has not taken it already. */
  async #letGo(partition: number): Promise<void> {
    try {
      await this.record();
    } finally {
      await this.#drop(partition);
    }
  }

  async #drop(partition: number): Promise<void> {
    const feed = this.#held.get(partition)?.feed;
    this.#held.delete(partition);
    this.#schedule.drop(partition);
    this.parts.onProgress(partition, null);
    await feed?.close();
  }

  async #beginAnew(partition: number): Promise<void> {
    const held = this.#held.get(partition);
    if (held === undefined || held.feed !== null) return;
    const { journal, upTo } = this.parts;
    const place = await placeAt(journal, partition, upTo(partition));
    if (place === null) return;
    held.feed = new Feed(journal, partition, place);
    this.#schedule.read(partition, place, []);
  }

  async #read(partition: number, feed: Feed): Promise<boolean> {
    const upTo = this.parts.upTo(partition);
    const { room } = this.#schedule;
    if (room === 0 || this.#stopped || !feed.hasMore(upTo)) return false;
    const entries = await feed.next(Math.min(room, readEvents), upTo);
    const facts = await this.#facts.of(entries);
    // It may have been dropped meanwhile.
    if (this.#held.get(partition)?.feed !== feed) return false;
    for (const entry of entries) this.#schedule.read(partition, entry, messagesOf(entry, facts));
    feed.told();
    return true;
  }

  #pump(): void {
    const { clock, isLeased } = this.parts;
    while (!this.#stopped && isLeased()) {
      const delivery = this.#schedule.next(clock());
      if (delivery === null) break;
      void this.#try(delivery);
    }
  }

  async #try(delivery: Delivery): Promise<void> {
    const { post, figures, clock } = this.parts;
    const answer = await post(delivery.message);
    this.#schedule.answered(delivery, answer, clock());
    figures.countTry(answer.outcome);
    if (delivery.state === 'givenUp' && !delivery.isOnce) {
      figures.countGivenUp();
      const { id, orderId } = delivery.message;
      this.parts.log('warning', 'a webhook is given up', { id, orderId, tries: delivery.tries });
    }
    this.#pump();
  }

  #receiverState(): ReceiverState {
    const { stoppedAt, failingSince, why } = this.#schedule.health;
    const { receiver } = this.parts;
    const because = failingSince === null && stoppedAt === null ? null : whyText(why);
    return { receiver, stoppedAt, failingSince, why: because };
  }

  /** Those that say anything new. */
  #records(notes: Map<number, PartitionNotes>, receiver: ReceiverState): WebhookRecord[] {
    const isNews = JSON.stringify(receiver) !== this.#recordedState;
    const records: WebhookRecord[] = [];
    for (const [partition, { epoch, feed, recorded }] of this.#held) {
      const { checkpoint, rows } = notes.get(partition)!;
      const fulfilled = this.#wishes.fulfilled(partition);
      if (!isNews && checkpoint.seq === recorded && rows.length + fulfilled.length === 0) continue;
      records.push({ partition, epoch, checkpoint, differs: feed === null, rows, fulfilled });
    }
    return records;
  }

  async #write(records: readonly WebhookRecord[], receiver: ReceiverState): Promise<number[]> {
    try {
      const lost = await this.parts.sql.webhooks.record(records, receiver);
      this.#schedule.written();
      this.#recordedState = JSON.stringify(receiver);
      return lost;
    } catch (error) {
      this.#schedule.unwritten();
      throw error;
    }
  }

  #tell(): void {
    const { figures, clock, log } = this.parts;
    const { health, sizes, oldestAt } = this.#schedule;
    const { failingSince, stoppedAt, isDown, why } = health;
    const differing = [...this.#held.values()].filter(({ feed }) => feed === null).length;
    const gauges = { ...sizes, beatAt: clock(), down: isDown ? 1 : 0, differing };
    for (const [name, value] of Object.entries(gauges))
      figures.set(name as keyof typeof gauges, value); // Of the same names.
    figures.set('oldestAt', oldestAt ?? 0);
    figures.set('failingSince', failingSince ?? 0);
    figures.set('stoppedAt', stoppedAt ?? 0);
    const answer = whyText(why);
    if (isDown && !this.#toldFailing) log('warning', 'webhooks fail', { answer });
    if (failingSince === null && this.#toldFailing) log('info', 'webhooks are taken again', {});
    this.#toldFailing = isDown || (this.#toldFailing && failingSince !== null);
    if (stoppedAt !== null && !this.#toldStopped)
      log('error', 'webhooks stop: their receiver wants no more (410)', {});
    this.#toldStopped = stoppedAt !== null;
  }
}

function whyText(why: Answer | null): string | null {
  if (why === null) return null;
  return [why.status, why.text].filter((part) => part !== null && part !== '').join(' ');
}
