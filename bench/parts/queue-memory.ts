/** Memory of a waiting person: what the item's columns take, and by how much a process grows. */
import { fileURLToPath } from 'node:url';
import type { QueueMode } from '../../actors/events.ts';
import { atMost, reported, type Target } from '../report/report.ts';
import { allocator } from '../servers/servers.ts';
import type { QueueMemory } from './queue-memory-process.ts';

const mostBytes = 100;
const script = fileURLToPath(new URL('./queue-memory-process.ts', import.meta.url));

export async function queueMemory(people: number): Promise<Target[]> {
  const line = await measure('fifo', people);
  const draw = await measure('draw', people);
  const each = (bytes: number) => bytes / people;
  const columns = (name: string, { mostColumns }: QueueMemory, note: string) =>
    atMost(`memory of a waiting person, ${name}`, each(mostColumns), mostBytes, ' bytes', note);
  const inLine = `${each(draw.drawnColumns).toFixed(0)} once they are in line`;
  return [
    columns('in line', line, 'columns and indexes'),
    columns('before and during a draw', draw, `${inLine}; columns and indexes`),
    reported(
      'memory of the process for a waiting person, in line',
      each(line.resident),
      ' bytes',
      'resident, with what the allocator keeps',
    ),
    reported(
      'memory of the process for a waiting person, before a draw',
      each(draw.resident),
      ' bytes',
      `the same; ${each(draw.drawnResident).toFixed(0)} after it`,
    ),
  ];
}

/** @throws where the process fails */
async function measure(queue: QueueMode, people: number): Promise<QueueMemory> {
  const measuring = Bun.spawn([process.execPath, script, queue, String(people)], {
    env: allocator,
    stderr: 'inherit',
  });
  const text = await measuring.stdout.text();
  if ((await measuring.exited) !== 0) throw new Error(`measuring the memory of a ${queue} failed`);
  return JSON.parse(text) as QueueMemory; // As the process writes it.
}
