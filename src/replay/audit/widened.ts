/** Columns that grow: what an audit keeps of millions of orders. */

type Column = Float64Array | Int32Array | Uint16Array | Uint8Array;

/**
 * Returns a column with room for `rows`, a copy twice as large where the old one is full. Twice, where
 * the engine takes half as much more: an audit is short, and copying is what it can save.
 */
export function widened<C extends Column>(column: C, rows: number): C {
  if (rows <= column.length) return column;
  const Kind = column.constructor as new (length: number) => C; // A column's own constructor makes its own kind.
  const wider = new Kind(Math.max(64, rows, column.length * 2));
  wider.set(column as never); // The two are of one kind, which TypeScript cannot see through `C`.
  return wider;
}
