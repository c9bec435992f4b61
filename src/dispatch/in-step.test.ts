import { expect, test } from 'bun:test';
import { type Command, code, type Reply, refusal } from '../../actors/protocol.ts';
import { InStep } from './in-step.ts';

/** What was asked, who waits for its answer, and how often messages have left. */
function thread() {
  const asked: Command[] = [];
  const waiting: ((reply: Reply) => void)[] = [];
  const sent = { count: 0 };
  const inStep = new InStep({
    partitions: 4,
    sendings: () => sent.count,
    send: (command) => {
      asked.push(command);
      return new Promise((resolve) => waiting.push(resolve));
    },
  });
  return { asked, waiting, sent, inStep };
}

test('all requests of a turn share a question, for each partition one', async () => {
  const { asked, waiting, inStep } = thread();
  const all = [inStep.with(5), inStep.with(9), inStep.with(6), inStep.with(5)];
  expect(asked).toEqual([
    { type: 'sync', item: 5 },
    { type: 'sync', item: 6 },
  ]);
  for (const answer of waiting) answer(refusal(code.ok));
  expect(await Promise.all(all)).toEqual([true, true, true, true]);
});

test('a question that has left is not that of a later request: it may have been answered before', () => {
  const { asked, sent, inStep } = thread();
  void inStep.with(5);
  sent.count++;
  void inStep.with(5);
  void inStep.with(5);
  expect(asked).toHaveLength(2);
});

test('an owner that does not answer, or whose entries do not come, leaves the board as late as it is', async () => {
  const { waiting, inStep } = thread();
  const asked = inStep.with(5);
  waiting[0]!(refusal(code.outcomeUnknown));
  expect(await asked).toBe(false);
});
