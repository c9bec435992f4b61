/**
 * An item's books from its actor, and how far journal, SQL and replica have come with them. Of an item that
 * another engine owns, they are those of this engine's copy.
 */
import { type BoardRow, gateRoom, saleStatus } from '../../actors/memory/board.ts';
import type { PartitionMode, Positions } from '../../actors/memory/positions.ts';
import { partitionOf } from '../../actors/protocol.ts';
import type { ShopParts } from './parts.ts';

type Reading = Pick<ShopParts, 'board' | 'positions' | 'partitions' | 'refusals'>;

/** The statements of all items, with the refusals of all engines, as far as those answer. */
export async function allStatements(parts: Reading) {
  const ids = [...parts.board.items()];
  const refusedBy = await parts.refusals.ask(ids);
  return { items: ids.map((id) => statementOf(parts, id)), refusedBy };
}

/** The statement of an item, which must be open. Units, counts, sequences. */
export function statementOf(parts: Reading, itemId: number) {
  return statement(parts, itemId, parts.board.read(itemId)!);
}

/** The same, with what else the operator's board shows; without a replica, null for how far it is behind. */
export function boardStatementOf(parts: Reading & Pick<ShopParts, 'clock'>, itemId: number) {
  const { board, positions, partitions, clock } = parts;
  const row = board.read(itemId)!;
  const own = statement(parts, itemId, row);
  const partition = partitionOf(itemId, partitions);
  const now = clock();
  // One that has never been written says so of itself.
  const replicated = ['replicaKnown', 'replicaSilent'] as const;
  const hasReplica = replicated.some((cell) => positions.get(partition, cell) === 1);
  return {
    ...own,
    promo: row.promo,
    status: saleStatus(row, now),
    orders: row.orders,
    outstanding: row.outstanding,
    room: gateRoom(row),
    refundsDue: row.refundsDue,
    mode: servedMode(positions, partition),
    sqlBehind: positions.lag(partition, 'sql', now),
    replicaBehind: hasReplica ? positions.lag(partition, 'replica', now) : null,
  };
}

/** What the partition's owner is doing, as far as it is known here. */
function servedMode(positions: Positions, partition: number): PartitionMode {
  const isElsewhere = !positions.owns(partition) && positions.get(partition, 'ownerReady') === 1;
  return isElsewhere ? 'ready' : positions.mode(partition);
}

function statement({ positions, partitions, refusals }: Reading, itemId: number, row: BoardRow) {
  const { loaded, sold, held, left, admitted, waiting } = row;
  const partition = partitionOf(itemId, partitions);
  return {
    itemId,
    loaded,
    sold,
    held,
    left,
    admitted,
    waiting,
    refused: refusals.of(itemId),
    journalSeq: positions.get(partition, 'journalSeq'),
    sqlSeq: positions.get(partition, 'sqlSeq'),
    replicaSeq: positions.get(partition, 'replicaSeq'),
  };
}
