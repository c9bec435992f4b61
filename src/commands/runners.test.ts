import { describe, expect, test } from 'bun:test';
import { gone, linksAbove, type Seen, WokenShell } from './runners.ts';

/** Processes by id: parent, group, the script they were started for, whether they ignore SIGHUP. */
type Processes = Record<number, [number, number, (string | null)?, boolean?]>;

function linksIn(processes: Processes, pid: number) {
  return linksAbove(pid, (asked): Seen | null => {
    const known = processes[asked];
    if (known === undefined) return null;
    const [parent, group, script = null, ignoresHangUp = false] = known;
    return { parent, group, script, ignoresHangUp };
  });
}

/** A shell, and in a job of its own: npm, sh, bun, the engine. */
const chain: Processes = {
  2: [1, 2],
  10: [2, 10],
  11: [10, 10, 'npx'],
  12: [11, 10, 'npx'],
  13: [12, 10, 'start'],
};

describe('what is watched above an engine', () => {
  test('under npx and bun is every link up to npm, and not what started npm', () => {
    expect(linksIn(chain, 13)).toEqual([
      { child: 13, parent: 12 },
      { child: 12, parent: 11 },
      { child: 11, parent: 10 },
    ]);
  });

  test('where the shell replaced itself with bun is one link shorter', () => {
    const processes: Processes = { 10: [2, 10], 12: [10, 10, 'npx'], 13: [12, 10, 'start'] };
    expect(linksIn(processes, 13)).toEqual([
      { child: 13, parent: 12 },
      { child: 12, parent: 10 },
    ]);
  });

  test('under bun alone is bun, whatever script started bun', () => {
    const processes: Processes = {
      2: [1, 2],
      12: [2, 12, 'everything'],
      13: [12, 12, 'start'],
    };
    expect(linksIn(processes, 13)).toEqual([{ child: 13, parent: 12 }]);
  });

  test('in the job of a shell script stops at npm, so that the script may end', () => {
    const processes: Processes = { ...chain, 2: [1, 10] };
    expect(linksIn(processes, 13).at(-1)).toEqual({ child: 11, parent: 10 });
  });

  test('is nothing where no runner started it, or a runner of another script did', () => {
    expect(linksIn({ 2: [1, 2], 13: [2, 13] }, 13)).toEqual([]);
    expect(linksIn({ 2: [1, 2], 13: [2, 2, 'test'] }, 13)).toEqual([]);
  });

  test('is nothing for an engine that ignores the end of its terminal, as under nohup', () => {
    expect(linksIn({ ...chain, 13: [12, 10, 'start', true] }, 13)).toEqual([]);
  });

  test('ends where setsid or a process manager has started a group', () => {
    expect(linksIn({ ...chain, 13: [12, 13, 'start'] }, 13)).toEqual([]);
    const managed: Processes = { ...chain, 12: [11, 12, 'npx'], 13: [12, 12, 'start'] };
    expect(linksIn(managed, 13)).toEqual([{ child: 13, parent: 12 }]);
  });

  test('shows at once that the shell ended before the engine looked', () => {
    const processes: Processes = { 1: [0, 1], 12: [1, 10, 'npx'], 13: [12, 10, 'start'] };
    expect(linksIn(processes, 13)).toEqual([
      { child: 13, parent: 12 },
      { child: 12, parent: gone },
    ]);
  });

  test('is nothing without /proc', () => {
    expect(linksIn({}, 13)).toEqual([]);
  });
});

describe('a shell that waits for its command', () => {
  const [shell, command] = [11, 12];

  /** What each look returns when the two have been woken this often by then. */
  function looks(woken: [shell: number, command: number][]): boolean[] {
    const counts = new Map<number, number>();
    const set = ([ofShell, ofCommand]: [number, number]) => {
      counts.set(shell, ofShell).set(command, ofCommand);
    };
    set(woken[0]!);
    const link = { child: command, parent: shell };
    const watched = new WokenShell(link, (pid) => counts.get(pid)!);
    return woken.slice(1).map((now) => {
      set(now);
      return watched.look();
    });
  }

  test('that is woken alone got a signal, which the second look confirms', () => {
    expect(
      looks([
        [2, 8],
        [2, 8],
        [3, 8],
        [3, 8],
      ]),
    ).toEqual([false, false, true]);
  });

  test('that is woken together with its command was only paused, whichever wakes first', () => {
    expect(
      looks([
        [2, 8],
        [3, 9],
        [3, 9],
        [3, 9],
      ]),
    ).toEqual([false, false, false]);
    expect(
      looks([
        [2, 8],
        [3, 8],
        [3, 9],
        [3, 9],
      ]),
    ).toEqual([false, false, false]);
    expect(
      looks([
        [2, 8],
        [2, 9],
        [2, 9],
        [3, 9],
        [3, 10],
      ]),
    ).not.toContain(true);
  });

  test('is left alone where the system does not count', () => {
    expect(
      looks([
        [0, 0],
        [0, 0],
        [0, 0],
      ]),
    ).not.toContain(true);
  });
});
