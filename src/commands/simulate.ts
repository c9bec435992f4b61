/** `bun simulate [--seeds N] [--seed S]`: the deterministic simulation. */
import { parseArgs } from 'node:util';
import { simulate } from '../simulation/simulate.ts';

const usage = `bun simulate [--seeds N] [--seed S]
  --seeds N  runs the seeds 1 to N (default 2000); with --seed, N seeds from S on
  --seed S   runs one seed and prints everything that happens in it`;

function fromOne(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`${text} is no number from 1 on`);
  return value;
}

async function main(): Promise<number> {
  const options = { seeds: { type: 'string' }, seed: { type: 'string' } } as const;
  const { values } = parseArgs({ options });
  const first = fromOne(values.seed, 1);
  const count = fromOne(values.seeds, values.seed === undefined ? 2_000 : 1);
  const startedAt = performance.now();
  const { seeds, steps, failure } = await simulate({
    seeds: Array.from({ length: count }, (_, index) => first + index),
    ...(count === 1 ? { trace: (line: string) => console.log(line) } : {}),
  });
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  if (failure === null) {
    console.log(`${seeds} seeds, ${steps} steps in ${seconds} s: every invariant held`);
    return 0;
  }
  const { seed, step, violation } = failure;
  console.log(`seed ${seed} fails at step ${step}: ${violation}`);
  if (count > 1) console.log(`repeat it with: bun simulate --seed ${seed}`);
  return 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`${error instanceof Error ? error.message : error}\n${usage}`);
  process.exitCode = 2;
}
