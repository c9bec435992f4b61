/** A real actor thread over real shared memory and a real journal, and the one HTTP thread that it serves. */
import { wallClock } from '../clock.ts';
import { Chain, type Entry, encodeEntry } from '../journal/codec.ts';
import { type JournalSettings, openJournal } from '../journal/open.ts';
import { Doorbell, Mailbox } from '../memory/mailbox.ts';
import { Positions } from '../memory/positions.ts';
import { requestAt, writeCommand } from '../memory/record.ts';
import { readReply } from '../memory/reply-record.ts';
import type { Command, Reply } from '../protocol.ts';
import { makeSharedMemory } from '../shared.ts';
import type { ActorThreadSettings, FromActorThread, ToActorThread } from '../worker.ts';
import { logAt } from './log.ts';
import { type TemporaryFolder, temporaryFolder, waitUntil } from './process.ts';

/** How long a thread may take for anything before a test fails. */
const patienceMs = 60_000;

export class ThreadRig {
  readonly folder: TemporaryFolder = temporaryFolder();
  readonly positions: Positions;
  /** What the thread's last life threw. */
  thrown = '';
  readonly #memory = makeSharedMemory(1, 1);
  readonly #commands = new Mailbox(this.#memory.commands[0]![0]!);
  readonly #replies = new Mailbox(this.#memory.replies[0]![0]!);
  readonly #actorBell = new Doorbell(this.#memory.actorBells[0]!);
  readonly #journal: JournalSettings;
  #worker: Worker | null = null;
  #lives = 0;
  #requests = 0;
  #heard = new Set<FromActorThread['type']>();

  /** Without `journal`, an embedded one with one partition in the rig's folder. */
  constructor(journal?: JournalSettings) {
    this.positions = new Positions(this.#memory.positions);
    this.#journal = journal ?? logAt(this.folder.file('journal'));
  }

  /** Starts the thread's next life. `preload`: a script that is run in it first. */
  start(preload: string[] = []): void {
    const script = new URL('../worker.ts', import.meta.url);
    const worker = new Worker(script, { name: 'actor-0', preload });
    this.#worker = worker;
    this.#heard.clear();
    worker.onmessage = ({ data }: MessageEvent<FromActorThread>) => this.#heard.add(data.type);
    worker.onerror = (event) => {
      this.thrown = event.message;
      event.preventDefault();
    };
    worker.addEventListener('close', () => {
      if (this.#worker === worker) this.#worker = null;
    });
    const settings: ActorThreadSettings = {
      ...{ type: 'start', thread: 0, life: this.#lives++, actorThreads: 1, partitions: 1 },
      ...{ writer: 'this run', journal: this.#journal, redisUrl: null, memory: this.#memory },
      retainMs: Number.POSITIVE_INFINITY,
      snapshotsFolder: this.folder.file('snapshots'),
      logLevel: 'fatal',
      clockStepMs: 0,
      cluster: null,
    };
    this.#post(settings);
  }

  /** Waits until the thread has said this. */
  said(type: FromActorThread['type']): Promise<void> {
    return waitUntil(`the thread has ${type}`, () => this.#heard.has(type), patienceMs);
  }

  /** Makes the thread throw, and waits until it has ended. */
  async crash(): Promise<void> {
    this.#post({ type: 'crash' });
    await this.ended();
  }

  ended(): Promise<void> {
    return waitUntil('the thread has ended', () => this.#worker === null, patienceMs);
  }

  /** Asks the thread to leave, and waits until it has said so. */
  async drain(): Promise<void> {
    this.#post({ type: 'drain' });
    await this.said('drained');
  }

  /** Sends a command to the thread, and resolves with its reply. */
  async ask(command: Command): Promise<Reply> {
    const request = ++this.#requests;
    writeCommand(this.#commands.words, this.#commands.reserve(), request, command);
    this.#commands.written();
    this.#commands.publish();
    this.#actorBell.ring();
    await waitUntil('the command is answered', () => this.#replies.depth > 0, patienceMs);
    const offset = this.#replies.take();
    const { words } = this.#replies;
    if (requestAt(words, offset) !== request) throw new Error('an answer to another request');
    const reply = readReply(words, offset);
    this.#replies.release();
    return reply;
  }

  /** The entries of the journal. */
  async entries(): Promise<Entry[]> {
    const chain = new Chain(0);
    const entries: Entry[] = [];
    const journal = await openJournal(this.#journal, 1, { readonly: true });
    for await (const { sequence, bytes } of journal.read(0, 1)) {
      entries.push(chain.next(sequence, bytes));
    }
    await journal.close();
    return entries;
  }

  /** Writes the next entry as another engine, of a journal that engines share. */
  async writeBeside(events: string[]): Promise<void> {
    const chain = new Chain(0);
    const journal = await openJournal(this.#journal, 1);
    for await (const { sequence, bytes } of journal.read(0, 1)) chain.next(sequence, bytes);
    const { sequence, hash: prev } = chain;
    const at = Math.max(chain.at, wallClock());
    const head = { partition: 0, seq: sequence + 1, prev, writer: 'other run', at };
    await journal.append(0, sequence, encodeEntry(head, events));
    await journal.close();
  }

  async remove(): Promise<void> {
    if (this.#worker !== null && !this.#heard.has('drained')) await this.drain();
    this.folder.remove();
  }

  #post(message: ToActorThread): void {
    this.#worker!.postMessage(message);
  }
}
