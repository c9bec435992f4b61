import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { temporaryFolder, waitUntil } from '../actors/testing/process.ts';
import { Thread } from './supervisor.ts';

type Told = { type: 'loaded' } | { type: 'told'; word: string };

test('a thread that is held back loads its script, and hears nothing before its start', async () => {
  const folder = temporaryFolder();
  const script = join(folder.path, 'thread.ts');
  await Bun.write(
    script,
    `self.onmessage = ({ data }) => {
      if (data === 'leave') process.exit(0);
      postMessage({ type: 'told', word: data });
    };
    postMessage({ type: 'loaded' });`,
  );
  const heard: Told[] = [];
  const thread = new Thread<string, Told>({
    name: 'held',
    script,
    held: true,
    start: (life) => `start of life ${life}`,
    heard: (message) => heard.push(message),
  });
  thread.post('before');
  await waitUntil('it has loaded', () => heard.length > 0);
  await Bun.sleep(50);
  expect(heard).toEqual([{ type: 'loaded' }]);
  thread.begin();
  thread.post('after');
  await waitUntil('it has heard all', () => heard.length === 4);
  const words = heard.map((each) => (each.type === 'told' ? each.word : each.type));
  expect(words).toEqual(['loaded', 'start of life 0', 'before', 'after']);
  const left = thread.says('told');
  thread.leave('leave');
  await left;
  folder.remove();
});
