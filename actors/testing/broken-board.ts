/** Preloaded into a thread: a bug that shows when a recovered partition is about to serve. */
import { Board } from '../memory/board.ts';

class BrokenInvariant extends Error {
  override readonly name = 'BrokenInvariant';
}

Board.prototype.repair = (item) => {
  throw new BrokenInvariant(`the row of item ${item} is not what it was`);
};
