/** The states that a journal comes to, for tests that store snapshots of them. */
import type { Sequence } from '../../actors/events.ts';
import type { Journal } from '../../actors/journal/journal.ts';
import { nothingRecovered, type Recovered } from '../../actors/partition/recovered.ts';
import { applyEntry } from '../../actors/partition/recovery.ts';

const noBoard = { markBuyer: () => undefined };

/** What an engine that reads a partition up to an entry has then. */
export async function stateAt(
  journal: Journal,
  partition: number,
  upTo: Sequence,
): Promise<Recovered> {
  const state = nothingRecovered(partition);
  for await (const { sequence, bytes } of journal.read(partition, 1)) {
    applyEntry(state, noBoard, state.chain.next(sequence, bytes));
    if (sequence === upTo) return state;
  }
  throw new Error(`partition ${partition} has no entry ${upTo}`);
}
