import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freeze, signalEach } from './process.ts';

const script = `
  const { freePort } = await import(${JSON.stringify(join(import.meta.dir, 'process.ts'))});
  const ports = [];
  for (let each = 0; each < 60; each++) ports.push(await freePort());
  console.log(ports.join(' '));
  await Bun.stdin.text();
`;

test('processes that live at the same time are never given the same port', async () => {
  const processes = Array.from({ length: 4 }, () =>
    Bun.spawn([process.execPath, '-e', script], { stdin: 'pipe', stdout: 'pipe' }),
  );
  const readers = processes.map(({ stdout }) => stdout.getReader());
  const lines = await Promise.all(readers.map(async (reader) => (await reader.read()).value));
  // All have drawn, and none has ended.
  expect(processes.map(({ exitCode }) => exitCode)).toEqual([null, null, null, null]);
  for (const { stdin } of processes) await stdin.end();
  expect(await Promise.all(processes.map(({ exited }) => exited))).toEqual([0, 0, 0, 0]);
  const ports = lines.flatMap((line) => new TextDecoder().decode(line).trim().split(' '));
  expect(ports.length).toBe(240);
  expect(new Set(ports).size).toBe(240);
});

test('processes are frozen though one of them has ended meanwhile', async () => {
  const ended = Bun.spawn(['true']);
  await ended.exited;
  const living = Bun.spawn(['sleep', '60']);
  const pids = [ended.pid, living.pid];
  const state = () =>
    /^State:\s*(\w)/m.exec(readFileSync(`/proc/${living.pid}/status`, 'utf8'))?.[1];
  await freeze(pids);
  expect(state()).toBe('T');
  signalEach(pids, 'SIGCONT');
  expect(state()).not.toBe('T');
  living.kill();
  await living.exited;
});
