/** Chunks of a single column of 32-bit integers. */
import { type Chunk, carve } from '../../../actors/item/columns.ts';

export class IntegerChunk implements Chunk {
  static readonly rowBytes = Int32Array.BYTES_PER_ELEMENT;
  readonly rows: number;
  readonly value: Int32Array;

  constructor(readonly memory: Uint8Array) {
    this.rows = memory.byteLength / IntegerChunk.rowBytes;
    this.value = carve(this)(Int32Array);
  }
}
