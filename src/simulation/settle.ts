/**
 * The end of a run: faults are over, what is in flight arrives, holds end. Then the answers given, what
 * the journal holds, what can still be sold and what SQL shows must agree.
 */
import { loadedUnitsMax, onTimeMs, orderUnitsMax } from '../../actors/limits.ts';
import { type Command, code } from '../../actors/protocol.ts';
import { replay } from '../replay/replay.ts';
import type { Crew } from './crew.ts';
import { StoredJournal } from './faulty-journal.ts';
import type { Delivery } from './judged.ts';
import type { Projection } from './projection.ts';
import { guard, type Surroundings } from './surroundings.ts';

/** Longer than any hold or promo of the traffic, on whatever clock. */
const settleMs = 48 * 3_600_000;

/** No append and no pause of recovery takes longer. */
const underWayMs = 60_000;
const patienceMs = 600_000;

/** Time enough to wake, and to write a last entry; a tally in it would be due only after `tallyMs`. */
const leaveMs = 200;

export interface Settling {
  around: Surroundings;
  projection: Projection;
  crew: Crew;
  /** Lets all code that was woken run until it waits again. */
  rest(): Promise<void>;
  /** Lets time pass, and threads wake in it. */
  pass(ms: number): Promise<void>;
}

export async function settle(settling: Settling): Promise<void> {
  const { around, projection } = settling;
  await quiet(settling);
  guard(around, () => around.answers.complete());
  // An append that was stored after its time-out is news to its own engine, too, until it is fenced.
  settling.crew.restart();
  await quiet(settling);
  guard(around, () => nobodyWaits(around));
  around.scheduler.leap(settleMs);
  await quiet(settling);
  guard(around, () => {
    around.answers.settle();
    nothingHeld(around);
  });
  await sellOut(settling);
  await settling.crew.leaveOne(() => turn(settling));
  await leave(settling);
  await projection.settle(() => turn(settling));
  if (around.healthy()) await audited(around);
}

/** The audit that `stampede replay` makes of a journal must hold, too. */
async function audited({ store, partitions, fail }: Surroundings): Promise<void> {
  const { audit } = await replay({ journal: new StoredJournal(store), partitions });
  const { count, listed } = audit.findings;
  if (count > 0) fail(`replay: ${JSON.stringify(listed[0])}`);
}

/** Turns until nothing waits any more. */
async function quiet(settling: Settling): Promise<void> {
  const { scheduler, healthy, fail } = settling.around;
  const until = scheduler.now + underWayMs;
  for (let calm = 0; calm < 3 && healthy(); ) {
    await turn(settling);
    const unrest = settling.crew.unrest();
    calm = scheduler.nextDueAt() <= until || unrest !== null ? 0 : calm + 1;
    if (scheduler.now > until + patienceMs) fail(unrest ?? 'there is no end of what is under way');
  }
}

async function turn(settling: Settling): Promise<void> {
  await arrive(settling);
  await settling.pass(500);
  await arrive(settling);
}

/** Lets what is under way arrive. */
async function arrive({ around, rest, pass }: Settling): Promise<void> {
  await pass(5);
  while (around.scheduler.runOne() !== null) await rest();
  await rest();
}

/** The engine leaves, with a refusal to write down: nothing but the journal may hold it up. */
async function leave(settling: Settling): Promise<void> {
  const { around, crew, pass, rest } = settling;
  const { scheduler, audit } = around;
  const expiresAt = Math.ceil((scheduler.now + settleMs) / 1_000);
  for (const item of audit.items.keys()) {
    const amount = orderUnitsMax;
    crew.send({ type: 'place', item, user: 98, promo: 0, amount, nonce: 1, expiresAt });
  }
  await pass(leaveMs);
  crew.drain();
  for (const until = scheduler.now + leaveMs; !crew.left && around.healthy(); ) {
    await pass(5);
    while (scheduler.runOne() !== null) await rest();
    if (scheduler.now > until) around.fail('the engine does not leave');
  }
}

function nothingHeld({ audit }: Surroundings): void {
  for (const { id, held } of audit.items.values()) {
    if (held > 0) throw new Error(`I9: ${held} units of item ${id} are held for ever`);
  }
}

/** Whoever waits while nothing is paused waits for the gate, and for units that are held (I9). */
function nobodyWaits({ audit, scheduler }: Surroundings): void {
  for (const [id, { plain }] of audit.histories) {
    const late = plain.overdue(scheduler.now - onTimeMs);
    if (late !== null) throw new Error(`I9, I11: item ${id}: ${late}`);
  }
}

/** All units left must be for sale (I9): a new buyer buys them all. */
async function sellOut(settling: Settling): Promise<void> {
  const { audit, scheduler, fail } = settling.around;
  const expiresAt = Math.ceil((scheduler.now + settleMs) / 1_000);
  for (const { id: item, loaded, sold } of [...audit.items.values()]) {
    const amount = loaded - sold;
    const normal = { normalSale: true, limit: loadedUnitsMax, texts: 0 };
    await answered(settling, { type: 'edit', item, ...normal });
    if (amount === 0) continue;
    const token = { user: 99, promo: 0, nonce: 1, expiresAt };
    const { answer } = await answered(settling, { type: 'place', item, amount, ...token });
    if (answer !== code.ok) fail(`I9: ${amount} units left, but not sold: ${answer}`);
  }
}

async function answered(settling: Settling, command: Command): Promise<Delivery> {
  const delivery = settling.crew.send(command);
  await quiet(settling);
  return delivery;
}
