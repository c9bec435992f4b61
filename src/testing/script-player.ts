/** Plays scripts of commands with the real actor into a real journal. */

import type { Event } from '../../actors/events.ts';
import { applyTo, archivable, decide, due, type Item } from '../../actors/item/item.ts';
import { chainStart, encodeEntry, encodeEvent, entryHash } from '../../actors/journal/codec.ts';
import type { Journal } from '../../actors/journal/journal.ts';
import { changesLeft, Tallies } from '../../actors/partition/tallies.ts';
import { type Command, code, partitionOf } from '../../actors/protocol.ts';

export const salePartitions = 4;
export const saleStartsAt = Date.UTC(2026, 10, 22, 12);

/** What can change no more leaves the memory. */
interface ArchiveStep {
  type: 'archive';
  item: number;
}

/** Commands by their time after `saleStartsAt`; those of one line go to one partition, as one entry. */
export type Script = readonly (readonly [afterMs: number, ...(Command | ArchiveStep)[]])[];

/** Returns the items as their actors hold them at the end. */
export async function playScript(journal: Journal, script: Script): Promise<Map<number, Item>> {
  const actors = new Actors();
  const tails = Array.from({ length: salePartitions }, () => ({ seq: 0, hash: chainStart }));
  for (const [afterMs, ...commands] of script) {
    const at = saleStartsAt + afterMs;
    const events = [...commands.flatMap((command) => actors.carryOut(command, at))];
    events.push(...actors.tallied(at));
    if (events.length === 0) continue;
    const partition = partitionOf(commands[0]!.item, salePartitions);
    const tail = tails[partition]!;
    const head = { partition, seq: tail.seq + 1, prev: tail.hash, writer: 'the sale', at };
    const bytes = encodeEntry(
      head,
      events.map((event) => encodeEvent(event, at, at)),
    );
    await journal.append(partition, tail.seq, bytes);
    tails[partition] = { seq: head.seq, hash: entryHash(bytes) };
  }
  return actors.items;
}

class Actors {
  readonly items = new Map<number, Item>();
  readonly #tallies = new Tallies();

  /** Applies what is due by now, and then a command. */
  carryOut(command: Command | ArchiveStep, at: number): Event[] {
    const events: Event[] = [];
    const keep = (event: Event) => {
      const refused = changesLeft(event) ? this.#tallies.take(event.item) : null;
      for (const each of refused === null ? [event] : [refused, event]) {
        applyTo(this.items, each, at);
        events.push(each);
      }
    };
    for (let item = this.items.get(command.item); item !== undefined; ) {
      const event = due(item, at);
      if (event === null) break;
      keep(event);
    }
    if (command.type === 'archive') {
      const event = archivable(this.items.get(command.item)!, at);
      if (event !== null) keep(event);
      return events;
    }
    const decision = decide(this.items.get(command.item), command, at);
    if (decision.event !== null) keep(decision.event);
    if (command.type === 'place' && decision.code === code.outOfStock) {
      this.#tallies.add(command.item, command.amount, at);
    }
    return events;
  }

  /** The refusals for stock since it last changed. */
  tallied(at: number): Event[] {
    return this.#tallies.due(Number.POSITIVE_INFINITY).map((item) => {
      const event = this.#tallies.take(item)!;
      applyTo(this.items, event, at);
      return event;
    });
  }
}
