/** The machine and the code that were measured. */
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

export interface Machine {
  cores: number;
  processor: string;
  memoryGib: number;
  bun: string;
  commit: string;
  /** Processes that ran or waited in the minute before: figures of a busy machine are worth little. */
  loadBefore: number;
}

export function machine(): Machine {
  const git = Bun.spawnSync(['git', 'rev-parse', '--short', 'HEAD'], { cwd: import.meta.dir });
  return {
    cores: availableParallelism(),
    processor: cpus()[0]?.model ?? 'unknown',
    memoryGib: Math.round(totalmem() / 2 ** 30),
    bun: Bun.version,
    commit: git.success ? git.stdout.toString().trim() : 'unknown',
    loadBefore: Number(loadavg()[0]!.toFixed(1)),
  };
}

export function machineLine(machine: Machine): string {
  const { cores, processor, memoryGib, bun, commit, loadBefore } = machine;
  const what = `${cores} cores of ${processor}, ${memoryGib} GiB; Bun ${bun}; commit ${commit}`;
  return `${what}; load before the run ${loadBefore}`;
}
