/**
 * How often buyers of an item were refused, at all engines of a cluster: each counts what it has answered
 * itself, so whoever wants the sum asks the others. Nothing waits for long: what an engine did not say in time
 * is left out, and that it is.
 */
import * as v from 'valibot';
import type { Courier, Letter } from '../../../actors/cluster/courier.ts';
import { itemIdMax } from '../../../actors/limits.ts';
import type { Board } from '../../../actors/memory/board.ts';
import type { KnownEngines } from './known-engines.ts';

/** By code of the refusal, as text. */
export type RefusalsByCode = Record<string, number>;

/** Of how many engines the counts are, and the ids of those that did not say theirs. */
export interface RefusedBy {
  engines: number;
  silent: string[];
}

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const itemId = v.pipe(count, v.minValue(1), v.maxValue(itemIdMax));

const questionSchema = v.object({ items: v.array(itemId) });
type Question = v.InferOutput<typeof questionSchema>;

/** Items of which none were refused are left out. */
const answerSchema = v.object({
  counts: v.array(v.tuple([itemId, v.record(v.string(), count)])),
});
type Answer = v.InferOutput<typeof answerSchema>;

/** Items in one question: the answer must fit into a message of NATS. */
const itemsMax = 2_000;
/** How long an asker waits. */
const answerMs = 300;
/** Boards that are watched are brought up to date no more often. */
const refreshMs = 1_000;

export interface RefusalCountsParts {
  board: Board;
  engines: KnownEngines;
  /** Null where an engine is alone. */
  courier: Pick<Courier, 'publish' | 'subscribe'> | null;
  /** One thread of each engine answers for all: what they count they share. */
  thread: number;
  /** How often this thread has been started. */
  life: number;
}

const subjectOf = (engine: string) => `stampede.refusals.${engine}`;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Is told what an engine says of a question; null: nothing. */
type Answered = (counts: Answer['counts'] | null) => void;

export class RefusalCounts {
  readonly #parts: RefusalCountsParts;
  readonly #replies: string;
  /** By number of the question. */
  readonly #asked = new Map<number, Answered>();
  #questions = 0;
  /** By engine, what it last said of items. */
  readonly #heard = new Map<string, Map<number, RefusalsByCode>>();
  #refreshedAt = Number.NEGATIVE_INFINITY;

  constructor(parts: RefusalCountsParts) {
    this.#parts = parts;
    const { courier, engines, thread, life } = parts;
    const { id } = engines.own;
    this.#replies = `stampede.refusals-told.${id}.${thread}.${life}`;
    // The number of the question is the last word: also a letter that came back then names it.
    courier?.subscribe(`${this.#replies}.>`, (letter) => this.#hear(letter));
    if (thread === 0) courier?.subscribe(subjectOf(id), (letter) => this.#answer(letter));
  }

  /** What is known of an item without asking anybody. */
  of(item: number): RefusalsByCode {
    const sum = { ...this.#parts.board.refused(item) };
    for (const { id } of this.#others()) {
      const heard = this.#heard.get(id)?.get(item) ?? {};
      for (const [code, count] of Object.entries(heard)) sum[code] = (sum[code] ?? 0) + count;
    }
    return sum;
  }

  /** Asks all other engines, and resolves when they have answered, or after 300 ms. `of` then has what they said. */
  async ask(items: readonly number[]): Promise<RefusedBy> {
    const others = this.#others();
    const said = await Promise.all(others.map(({ id }) => this.#askEngine(id, items)));
    const silent = others.filter((_, index) => !said[index]).map(({ id }) => id);
    for (const id of this.#heard.keys())
      if (!others.some((other) => other.id === id)) this.#heard.delete(id);
    return { engines: others.length + 1, silent };
  }

  /** As `ask`, for who looks again and again and waits for nothing: at most once a second. */
  refresh(items: readonly number[]): void {
    const now = performance.now();
    if (this.#others().length === 0 || now - this.#refreshedAt < refreshMs) return;
    this.#refreshedAt = now;
    void this.ask(items);
  }

  #others() {
    const { living, own } = this.#parts.engines;
    return living.filter(({ id }) => id !== own.id);
  }

  /** Whether it has answered. */
  async #askEngine(engine: string, items: readonly number[]): Promise<boolean> {
    const parts: Promise<boolean>[] = [];
    for (let from = 0; from < items.length; from += itemsMax)
      parts.push(this.#askPart(engine, items.slice(from, from + itemsMax)));
    return (await Promise.all(parts)).every((answered) => answered);
  }

  #askPart(engine: string, items: number[]): Promise<boolean> {
    const n = ++this.#questions;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => answered(null), answerMs);
    const answered: Answered = (counts) => {
      clearTimeout(timer);
      this.#asked.delete(n);
      if (counts !== null) this.#keep(engine, items, counts);
      resolve(counts !== null);
    };
    this.#asked.set(n, answered);
    const question = encoder.encode(JSON.stringify({ items } satisfies Question));
    const replies = `${this.#replies}.${n}`;
    const isSent = this.#parts.courier?.publish(subjectOf(engine), question, replies) ?? false;
    if (!isSent) answered(null);
    return promise;
  }

  #keep(engine: string, items: readonly number[], counts: Answer['counts']): void {
    const known = this.#heard.get(engine) ?? new Map<number, RefusalsByCode>();
    for (const item of items) known.delete(item);
    for (const [item, refused] of counts) known.set(item, refused);
    this.#heard.set(engine, known);
  }

  #hear({ subject, bytes, isUndelivered }: Letter): void {
    const n = Number(subject.slice(subject.lastIndexOf('.') + 1));
    const answer = isUndelivered ? null : read(answerSchema, bytes);
    this.#asked.get(n)?.(answer?.counts ?? null);
  }

  #answer({ bytes, replySubject }: Letter): void {
    const { board, courier } = this.#parts;
    const question = read(questionSchema, bytes);
    if (question === null) return;
    const counts = question.items
      .map((item): Answer['counts'][number] => [item, board.refused(item)])
      .filter(([, refused]) => Object.keys(refused).length > 0);
    courier?.publish(replySubject, encoder.encode(JSON.stringify({ counts } satisfies Answer)));
  }
}

/** Null for what is no such message: another version may have sent it. */
function read<T extends v.GenericSchema>(schema: T, bytes: Uint8Array): v.InferOutput<T> | null {
  try {
    const { success, output } = v.safeParse(schema, JSON.parse(decoder.decode(bytes)));
    return success ? output : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
