/** Orders on the engine alone, each accepted: for figures that need no floor beside them. */
import { WrongAnswer } from '../report/report.ts';
import type { EngineServer } from '../servers/servers.ts';
import {
  caughtUp,
  openSale,
  orderBodies,
  type Statement,
  shedOrders,
  statementOf,
  stock,
} from '../servers/shop.ts';
import { writeBodies } from './bodies.ts';
import type { LoadResult } from './generator.ts';
import { generators } from './generators.ts';
import type { Pace } from './pace.ts';

interface OrderLoad {
  engine: EngineServer;
  pace: Pace;
  connections: number;
  seconds: number;
}

/** The result, and the books of its item before and after. */
interface OrderLoadResult extends LoadResult {
  before: Statement;
  after: Statement;
}

/**
 * Posts orders for a new sale, and returns when they are in SQL.
 * @throws WrongAnswer where one was refused, except those that the engine shed
 */
export function runOrders({
  engine,
  pace,
  connections,
  seconds,
}: OrderLoad): Promise<OrderLoadResult> {
  const [generator] = generators();
  return pace.runWithEnough(seconds, async (share) => {
    const sale = await openSale(engine, stock);
    const files = writeBodies(engine.folder.file('bodies'), orderBodies(sale, share.bodies));
    const shedBefore = await shedOrders(engine);
    const before = await statementOf(engine, sale.itemId);
    const result = await generator.run({
      url: `${engine.url}/api/orders`,
      connections,
      seconds: share.seconds,
      bodies: { files, again: false },
    });
    const shed = (await shedOrders(engine)) - shedBefore;
    if (result.refused > shed || result.unanswered > 0) {
      throw new WrongAnswer(`orders of ${connections} connections: ${JSON.stringify(result)}`);
    }
    const after = await statementOf(engine, sale.itemId);
    await caughtUp(engine);
    return { ...result, before, after };
  });
}
