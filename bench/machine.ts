/** The machine and the code that figures were measured on. */
import { availableParallelism, cpus, totalmem } from 'node:os';

export interface Machine {
  cores: number;
  processor: string;
  memoryGib: number;
  bun: string;
  commit: string;
}

export function machine(): Machine {
  const git = Bun.spawnSync(['git', 'rev-parse', '--short', 'HEAD'], { cwd: import.meta.dir });
  return {
    cores: availableParallelism(),
    processor: cpus()[0]?.model ?? 'unknown',
    memoryGib: Math.round(totalmem() / 2 ** 30),
    bun: Bun.version,
    commit: git.success ? git.stdout.toString().trim() : 'unknown',
  };
}

export function machineLine({ cores, processor, memoryGib, bun, commit }: Machine): string {
  return `${cores} cores of ${processor}, ${memoryGib} GiB; Bun ${bun}; commit ${commit}`;
}
