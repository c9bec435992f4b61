/**
 * All shared memory of one engine, made once by main and handed to every thread, so that a restarted
 * thread finds everything where it was.
 */
import { Board } from './memory/board.ts';
import { Doorbell, Mailbox } from './memory/mailbox.ts';
import { Positions } from './memory/positions.ts';
import { ThreadDelays } from './memory/thread-delays.ts';

export interface SharedMemory {
  board: SharedArrayBuffer;
  positions: SharedArrayBuffer;
  /** By HTTP thread, then by actor thread. */
  commands: SharedArrayBuffer[][];
  /** By HTTP thread, then by actor thread. */
  replies: SharedArrayBuffer[][];
  actorBells: SharedArrayBuffer[];
  httpBells: SharedArrayBuffer[];
  projectorBell: SharedArrayBuffer;
  /** One counter, for HTTP threads to tell each other that the catalogue has changed. */
  catalogChanges: SharedArrayBuffer;
  /** Of the HTTP threads, then of the actor threads. */
  threadDelays: SharedArrayBuffer;
}

export function makeSharedMemory(httpThreads: number, actorThreads: number): SharedMemory {
  const memories = (count: number, bytes: number) =>
    Array.from({ length: count }, () => new SharedArrayBuffer(bytes));
  const rings = () =>
    Array.from({ length: httpThreads }, () => memories(actorThreads, Mailbox.bytes()));
  return {
    board: new SharedArrayBuffer(Board.bytes()),
    positions: new SharedArrayBuffer(Positions.bytes),
    commands: rings(),
    replies: rings(),
    actorBells: memories(actorThreads, Doorbell.bytes),
    httpBells: memories(httpThreads, Doorbell.bytes),
    projectorBell: new SharedArrayBuffer(Doorbell.bytes),
    catalogChanges: new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT),
    threadDelays: new SharedArrayBuffer(ThreadDelays.bytes(httpThreads + actorThreads)),
  };
}
