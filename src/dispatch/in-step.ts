/**
 * Whether this engine's board shows what the owner of a partition knew a moment ago. A board of what another
 * engine owns is late by as long as its entries take to get here. Whoever is to be refused because of
 * it may have bought meanwhile, and asks again here (I3): so the owner is asked how far it is, once for all
 * requests of a turn, and the board judges again when it is as far.
 */
import { type Command, code, partitionOf, type Reply } from '../../actors/protocol.ts';

interface InStepParts {
  send(command: Command): Promise<Reply>;
  /** How often what was sent has left this thread: a question that has left is not asked for later requests. */
  sendings(): number;
  partitions: number;
}

export class InStep {
  readonly #parts: InStepParts;
  /** By partition: the question that has not left yet. */
  readonly #asking = new Map<number, Promise<boolean>>();
  #sendings = 0;

  constructor(parts: InStepParts) {
    this.#parts = parts;
  }

  /**
   * Resolves once the board shows all of an item that was true when it was called; false where its owner has not
   * answered, or its entries have not come.
   */
  with(item: number): Promise<boolean> {
    const { send, sendings, partitions } = this.#parts;
    if (this.#sendings !== sendings()) this.#asking.clear();
    const partition = partitionOf(item, partitions);
    let asked = this.#asking.get(partition);
    if (asked === undefined) {
      asked = send({ type: 'sync', item }).then((reply) => reply.code === code.ok);
      // Where the lane was full of commands, these have left with it.
      this.#sendings = sendings();
      this.#asking.set(partition, asked);
    }
    return asked;
  }
}
