/** Memory: what the actor thread's state takes per accepted order. */
import { readFileSync } from 'node:fs';
import { itemBytes } from '../../actors/item/item.ts';
import { openJournal } from '../../actors/journal/open.ts';
import { Board } from '../../actors/memory/board.ts';
import { Positions } from '../../actors/memory/positions.ts';
import { recoverPartition } from '../../actors/partition/recovery.ts';
import { type TemporaryFolder, temporaryFolder } from '../../actors/testing/process.ts';
import { atMost, reported, type Target } from '../report/report.ts';
import { startEngineServer } from '../servers/servers.ts';
import { journalAt, partitions } from './actor-thread.ts';

const mostBytes = 200;
const ordersMeasurable = 1_000_000;

export async function memory(folder: TemporaryFolder, orders: number): Promise<Target[]> {
  const state = (await stateBytes(folder)) / orders;
  const ofState = atMost(
    'memory of the state, for each order',
    state,
    mostBytes,
    ' bytes',
    'columns and indexes',
  );
  // Fewer orders would not show beside what a process takes anyway.
  if (orders < ordersMeasurable) return [ofState];
  const fresh = temporaryFolder();
  const empty = await residentBytes(fresh);
  fresh.remove();
  const resident = ((await residentBytes(folder)) - empty) / orders;
  return [
    ofState,
    reported(
      'memory of the process after recovery, for each order',
      resident,
      ' bytes',
      'resident',
    ),
  ];
}

async function stateBytes(folder: TemporaryFolder): Promise<number> {
  const path = folder.file('journal');
  const journal = await openJournal(journalAt(path), partitions, { readonly: true });
  const world = {
    journal,
    board: new Board(new SharedArrayBuffer(Board.bytes())),
    positions: new Positions(new SharedArrayBuffer(Positions.bytes)),
    sleep: Bun.sleep,
    snapshots: null,
    passedOver: () => undefined,
  };
  let bytes = 0;
  for (let partition = 0; partition < partitions; partition++) {
    const recovered = await recoverPartition(partition, world, () => true);
    for (const item of recovered!.items.values()) bytes += itemBytes(item);
  }
  await journal.close();
  return bytes;
}

/** Resident memory of an engine that has just recovered. */
async function residentBytes(folder: TemporaryFolder): Promise<number> {
  const engine = await startEngineServer({ folder });
  try {
    await Bun.sleep(500);
    return residentNow(engine.process.pid);
  } finally {
    await engine.stop();
  }
}

/** Resident memory of a process, in bytes. */
export function residentNow(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)![1]) * 1024;
}
