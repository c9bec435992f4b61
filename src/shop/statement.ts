/** An item's books from its actor, and how far journal, SQL and replica have come with them. */
import type { BoardRow } from '../../actors/memory/board.ts';
import { partitionOf } from '../../actors/protocol.ts';
import type { ShopParts } from './parts.ts';

type Reading = Pick<ShopParts, 'board' | 'positions' | 'partitions'>;

/** The statement of an item, which must be open. Units, counts, sequences. */
export function statementOf(parts: Reading, itemId: number) {
  return statement(parts, itemId, parts.board.read(itemId)!);
}

/** The same, with what else the operator's board shows. Milliseconds. */
export function boardStatementOf(parts: Reading & Pick<ShopParts, 'clock'>, itemId: number) {
  const { board, positions, partitions, clock } = parts;
  const row = board.read(itemId)!;
  const own = statement(parts, itemId, row);
  const partition = partitionOf(itemId, partitions);
  return {
    ...own,
    orders: row.orders,
    mode: positions.mode(partition),
    sqlBehindMs: positions.lag(partition, 'sql', clock()).ms,
  };
}

function statement({ board, positions, partitions }: Reading, itemId: number, row: BoardRow) {
  const { loaded, sold, held, left, admitted } = row;
  const partition = partitionOf(itemId, partitions);
  return {
    itemId,
    loaded,
    sold,
    held,
    left,
    admitted,
    refused: board.refused(itemId),
    journalSeq: positions.get(partition, 'journalSeq'),
    sqlSeq: positions.get(partition, 'sqlSeq'),
    replicaSeq: positions.get(partition, 'replicaSeq'),
  };
}
