/**
 * An engine as far as dispatch and the inbox see it: one HTTP thread's dispatch, and actor threads that answer with a
 * plain function, over real shared memory and real couriers or those of a test, all in one process.
 */
import type { Courier } from '../../actors/cluster/courier.ts';
import { Inbox } from '../../actors/cluster/inbox.ts';
import type { Owner } from '../../actors/cluster/owners.ts';
import { Board } from '../../actors/memory/board.ts';
import { Doorbell, Mailbox } from '../../actors/memory/mailbox.ts';
import { Positions } from '../../actors/memory/positions.ts';
import { readCommand, requestAt } from '../../actors/memory/record.ts';
import { writeRedirect, writeReply } from '../../actors/memory/reply-record.ts';
import { type Command, code, type Reply, refusal } from '../../actors/protocol.ts';
import { makeSharedMemory } from '../../actors/shared.ts';
import { Dispatch } from '../dispatch/dispatch.ts';

/** The reply to a command, the owner that it is to be sent to, null where nobody owns it, or silence. */
export type Answer = Reply | { owner: Owner | null } | 'silence';

type AnyCourier = Pick<Courier, 'isConnected' | 'publish' | 'subscribe'>;

export interface AnsweringEngineOptions {
  id: string;
  partitions: number;
  actorThreads: number;
  /** A courier for each thread. */
  courier(): AnyCourier;
  answer?(command: Command): Answer;
}

export class AnsweringEngine {
  readonly owner: Owner;
  readonly dispatch: Dispatch;
  readonly board: Board;
  readonly positions: Positions;
  readonly reported: string[] = [];
  /** Commands that the actor threads took. */
  taken: Command[] = [];
  /** While true no actor thread takes anything. */
  isFrozen = false;
  readonly #answer: (command: Command) => Answer;
  readonly #threads: (() => void)[];
  readonly #timer: Timer;

  constructor(options: AnsweringEngineOptions) {
    const { id, partitions, actorThreads, courier } = options;
    const memory = makeSharedMemory(1, actorThreads);
    this.owner = { id, actorThreads };
    this.board = new Board(memory.board);
    this.positions = new Positions(memory.positions);
    this.#answer = options.answer ?? (() => refusal(code.ok));
    const report = (what: string) => void this.reported.push(what);
    this.dispatch = new Dispatch(
      { thread: 0, life: 0, partitions, actorThreads, memory, writer: id },
      {
        board: this.board,
        metrics: { countCommand: () => undefined, countForwarded: () => undefined },
        courier: courier(),
        report,
      },
    );
    this.dispatch.start();
    const httpBell = new Doorbell(memory.httpBells[0]!);
    this.#threads = Array.from({ length: actorThreads }, (_, thread) => {
      const commands = new Mailbox(memory.commands[0]![thread]!);
      const replies = new Mailbox(memory.replies[0]![thread]!);
      const inbox: Inbox = new Inbox({
        ...{ courier: courier(), engine: id, thread, actorThreads, partitions, httpThreads: 1 },
        positions: this.positions,
        bell: { ring: () => undefined },
        submit: (mailbox, request, command) => {
          const answer = this.#take(command);
          if (answer === 'silence') return;
          if ('owner' in answer) inbox.redirect(mailbox, request, answer.owner);
          else inbox.reply(mailbox, request, answer);
        },
        report,
      });
      return () => {
        inbox.drain(Date.now());
        for (let offset = commands.take(); offset >= 0; offset = commands.take()) {
          const request = requestAt(commands.words, offset);
          const answer = this.#take(readCommand(commands.words, offset));
          commands.release();
          if (answer === 'silence') continue;
          const at = replies.reserve();
          if ('owner' in answer) writeRedirect(replies.words, at, request, answer.owner);
          else writeReply(replies.words, at, request, answer);
          replies.written();
          replies.publish();
          httpBell.ring();
        }
      };
    });
    this.#timer = setInterval(() => this.work(), 1);
  }

  /** Has the actor threads take and answer what there is; they do so by themselves, too. */
  work(): void {
    if (!this.isFrozen) for (const thread of this.#threads) thread();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.dispatch.stop();
  }

  #take(command: Command): Answer {
    this.taken.push(command);
    return this.#answer(command);
  }
}
