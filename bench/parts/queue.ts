/** The queue: how fast people join it and are let in, what they take of memory, and what a draw takes of time. */
import { emptyReport, type Part } from '../report/report.ts';
import { queueOfActor } from './queue-core.ts';
import { queueOverHttp } from './queue-http.ts';
import { queueMemory } from './queue-memory.ts';

export const queue: Part = {
  name: 'queue',
  async run({ quick, progress }) {
    const people = quick ? 100_000 : 1_000_000;
    const targets = await queueOfActor(people, progress);
    targets.push(...(await queueOverHttp(quick, progress)));
    progress('queue: memory');
    targets.push(...(await queueMemory(people)));
    return { ...emptyReport(), targets };
  },
};
