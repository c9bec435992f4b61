/** `stampede simulate [--seeds N] [--seed S]`: the deterministic simulation. */
import type { Command } from '@commander-js/extra-typings';
import { integer } from './options.ts';
import { perform } from './perform.ts';

const seedsDefault = 2_000;

const explanation = `
Exit codes:
  0  every invariant held
  1  a seed failed: it is named
  2  wrong arguments

Examples:
  $ bun simulate
  $ bun simulate --seed 417`;

interface Options {
  seeds?: number | undefined;
  seed?: number | undefined;
}

export function addSimulate(program: Command): void {
  program
    .command('simulate')
    .summary("run the engine's own code under seeded faults")
    .description(
      'Runs partitions, journal codec and projector under seeded crashes, lost acknowledgements, ' +
        'fences and clock jumps, and checks every invariant at every step. A seed always gives the ' +
        'same run.',
    )
    .option(
      '--seeds <N>',
      `run the seeds 1 to N, or N seeds from --seed on (default: ${seedsDefault}; 1 with --seed)`,
      integer(1),
    )
    .option('--seed <S>', 'run this seed, and print everything that happens in it', integer(1))
    .addHelpText('after', explanation)
    .action((options) => perform('simulate', 1, () => run(options)));
}

async function run({ seeds: asked, seed }: Options): Promise<number> {
  const { simulate } = await import('../simulation/simulate.ts');
  const first = seed ?? 1;
  const count = asked ?? (seed === undefined ? seedsDefault : 1);
  const startedAt = performance.now();
  const { seeds, steps, failure } = await simulate({
    seeds: numbersFrom(first, count),
    ...(count === 1 ? { trace: (line: string) => console.log(line) } : {}),
  });
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  if (failure === null) {
    console.log(`${seeds} seeds, ${steps} steps in ${seconds} s: every invariant held`);
    return 0;
  }
  console.log(`seed ${failure.seed} fails at step ${failure.step}: ${failure.violation}`);
  if (count > 1) console.log(`repeat it with: bun simulate --seed ${failure.seed}`);
  return 1;
}

function* numbersFrom(first: number, count: number): Generator<number> {
  for (let index = 0; index < count; index++) yield first + index;
}
