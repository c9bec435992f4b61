/** Runs seeds, one after the other, and reports the first that breaks an invariant. */
import type { Plants } from './surroundings.ts';
import { Workspace } from './workspace.ts';
import { World } from './world.ts';

/**
 * Things that happen in one run before it settles, unless told otherwise; a thread that wakes in between is
 * a step, too. Many short runs meet more starts and ends than a few long ones.
 */
const happeningsPerSeed = 250;

export interface SimulationOptions {
  seeds: Iterable<number>;
  /** Things that happen in each run: what needs a long past is met in longer ones. */
  happenings?: number;
  plants?: Plants;
  /** Called for everything that happens. */
  trace?: (line: string) => void;
}

export interface SimulationResult {
  seeds: number;
  steps: number;
  failure: { seed: number; step: number; violation: string } | null;
}

/** Simulates each seed until one fails. */
export async function simulate(options: SimulationOptions): Promise<SimulationResult> {
  const { seeds, happenings = happeningsPerSeed, plants = {}, trace = null } = options;
  const result: SimulationResult = { seeds: 0, steps: 0, failure: null };
  let workspace = await Workspace.open();
  let world: World | null = null;
  // An assertion of the engine that fails in a promise's callback would end a real thread.
  const onRejection = (error: unknown) => world?.fail(error);
  process.on('unhandledRejection', onRejection);
  try {
    for (const seed of seeds) {
      let items = await workspace.freshItems();
      if (items === null) {
        await workspace.close();
        workspace = await Workspace.open();
        items = (await workspace.freshItems())!;
      }
      world = new World(seed, workspace, items, plants, trace);
      await world.run(happenings);
      result.seeds++;
      result.steps += world.steps;
      if (world.violation === null) continue;
      result.failure = { seed, step: world.steps, violation: world.violation };
      return result;
    }
    return result;
  } finally {
    process.off('unhandledRejection', onRejection);
    await workspace.close();
  }
}
