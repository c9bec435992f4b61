/**
 * The queue of one item, straight through an actor thread's mailbox: people join it, ask where they stand,
 * and are let in; and a draw is held among as many.
 */
import type { Reply, StandingName } from '../../actors/protocol.ts';
import { temporaryFolder } from '../../actors/testing/process.ts';
import { reported, type Target, thousands, WrongAnswer } from '../report/report.ts';
import { type FedActorThread, startActorThread } from './actor-thread.ts';
import { promo } from './feeder.ts';
import { nonceOf } from './nonces.ts';

/** Items of their own partitions each, so that none waits for another's journal. */
const items = { warming: 1, line: 2, drawn: 3, other: 4 } as const;
const gate = { gateFactor: 1, admitMs: 86_400_000 } as const;
const secret = '5a'.repeat(32);
/** Joining for a draw takes longer than joining a line, and the machine may be busy. */
const marginOfDraw = 3;
const drawTriesMax = 3;

export async function queueOfActor(
  people: number,
  progress: (what: string) => void,
): Promise<Target[]> {
  const folder = temporaryFolder();
  try {
    const thread = await startActorThread(folder.file('journal'));
    const line = { startAt: Date.now() - 1_000, queue: 'fifo', ...gate } as const;
    await thread.feeder.openSale(items.warming, 1, line);
    await joinLine(thread, items.warming, people / 10); // Compilers are warm after this.
    progress(`queue: ${thousands(people)} people join a line, ask, and are let in`);
    await thread.feeder.openSale(items.line, 1, line);
    const joins = await joinLine(thread, items.line, people);
    const stands = await askAll(thread, people);
    const admissions = await letAllIn(thread, people);
    progress(`queue: ${thousands(people)} people join a draw`);
    const drawing = await draw(thread, people, people / joins);
    await thread.stop();
    const of = `one item, ${thousands(people)} people`;
    return [
      reported('queue: joins, fsynced', joins, '/s', of),
      reported('queue: joins before a draw, fsynced', drawing.joins, '/s', of),
      reported('queue: "where do I stand?"', stands, '/s', 'of people spread over the whole line'),
      reported('queue: admissions, fsynced', admissions, '/s', 'all units restocked at once'),
      reported('queue: a draw, until the first is let in', drawing.firstMs, ' ms', of),
      reported(
        'queue: a draw, the longest that anybody else waits',
        drawing.longestMs,
        ' ms',
        `for an answer about another item, asked ${thousands(drawing.asked)} times meanwhile`,
      ),
    ];
  } finally {
    folder.remove();
  }
}

const perSecond = (count: number, startedAt: number) =>
  count / ((performance.now() - startedAt) / 1_000);

function expectState({ standing }: Reply, state: StandingName, what: string): void {
  if (standing?.state !== state) throw new WrongAnswer(`queue: ${what}: ${standing?.state}`);
}

/** One is let in, and all others wait: users 1 to `people`, in order. */
async function joinLine({ feeder }: FedActorThread, item: number, people: number): Promise<number> {
  const startedAt = performance.now();
  await feeder.feed(
    people,
    (index) => ({ type: 'join', item, user: index + 1, promo, nonce: nonceOf(index) }),
    (reply, index) => expectState(reply, index === 0 ? 'admitted' : 'waiting', 'a join'),
  );
  return perSecond(people, startedAt);
}

/** Everybody who waits asks, from all over the line. */
async function askAll({ feeder }: FedActorThread, people: number): Promise<number> {
  const waiting = people - 1;
  // A prime step visits all of them unless they are a multiple of it.
  const userOf = (index: number) => 2 + ((index * 7_919) % waiting);
  const startedAt = performance.now();
  await feeder.feed(
    waiting,
    (index) => ({ type: 'stand', item: items.line, user: userOf(index), promo }),
    ({ standing }, index) => {
      const ahead = userOf(index) - 2;
      if (standing?.state !== 'waiting' || standing.ahead !== ahead) {
        throw new WrongAnswer(`queue: ${ahead} are ahead, not ${JSON.stringify(standing)}`);
      }
    },
  );
  return perSecond(waiting, startedAt);
}

async function letAllIn({ feeder, board }: FedActorThread, people: number): Promise<number> {
  const startedAt = performance.now();
  await feeder.carryOut({ type: 'restock', item: items.line, units: people, key: 0 });
  while (board.read(items.line)!.waiting > 0) await Bun.sleep(1);
  const { outstanding } = board.read(items.line)!;
  if (outstanding !== people) throw new WrongAnswer(`queue: ${outstanding} of ${people} let in`);
  return perSecond(people - 1, startedAt);
}

interface Drawing {
  joins: number;
  firstMs: number;
  longestMs: number;
  asked: number;
}

/** A draw among people who all come before its start; `joiningSeconds` is what a line takes. */
async function draw(
  thread: FedActorThread,
  people: number,
  joiningSeconds: number,
): Promise<Drawing> {
  const { feeder } = thread;
  await feeder.openSale(items.other, 1);
  for (let attempt = 1; ; attempt++) {
    const item = items.drawn + 8 * attempt;
    const marginMs = 1_000 * (1 + joiningSeconds * marginOfDraw ** attempt);
    const startAt = Math.ceil(Date.now() + marginMs);
    const terms = { queue: 'draw', queueOpenAt: 1, startAt, secret, ...gate } as const;
    await feeder.openSale(item, 1, terms);
    const startedAt = performance.now();
    let late = 0;
    await feeder.feed(
      people,
      (index) => ({ type: 'join', item, user: index + 1, promo, nonce: nonceOf(index) }),
      ({ standing }) => {
        if (standing?.state !== 'drawing') late++;
      },
    );
    const joins = perSecond(people, startedAt);
    if (late === 0) return { joins, ...(await watchDraw(thread, item, people, startAt)) };
    if (attempt === drawTriesMax) throw new Error(`${late} of ${people} came after the draw`);
  }
}

/** From the start of the sale until somebody is let in; others ask about another item all the while. */
async function watchDraw(
  { feeder, board }: FedActorThread,
  item: number,
  people: number,
  startAt: number,
) {
  await Bun.sleep(startAt - Date.now());
  let longestMs = 0;
  let asked = 0;
  const ask = { type: 'stand', item: items.other, user: 1, promo } as const;
  for (; board.read(item)!.outstanding === 0; asked++) {
    const askedAt = performance.now();
    await feeder.carryOut(ask);
    longestMs = Math.max(longestMs, performance.now() - askedAt);
    await Bun.sleep(1);
  }
  const firstMs = Date.now() - startAt;
  const { outstanding, waiting } = board.read(item)!;
  if (outstanding !== 1 || waiting !== people - 1) {
    throw new WrongAnswer(`queue: after the draw ${outstanding} are in, and ${waiting} wait`);
  }
  return { firstMs, longestMs, asked };
}
