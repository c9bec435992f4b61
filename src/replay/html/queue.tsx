/** How users came to buy under a promo: at once, from the queue, by the draw; and that this was fair (I10). */
import type { DrawReport, QueueReport } from '../audit/queue-report.ts';
import { number, span } from '../format.ts';
import { Facts, Table } from './parts.tsx';

export function QueueSection({
  item,
  name,
  queue,
}: {
  item: number;
  name: string;
  queue: QueueReport;
}) {
  const { promo, waitMs, draw, counts } = { ...queue, counts: countsOf(queue) };
  return (
    <section class="queue" id={`i${item}-q${promo}`}>
      <h4>How users were let in to {name}</h4>
      <p class="verdict-line">{meaning(queue)}</p>
      <Facts
        facts={[
          ...counts.filter(([, count]) => count > 0).map(([what, count]) => fact(what, count)),
          ...(waitMs === null ? [] : waitFacts(waitMs)),
          ...correlationFacts(queue),
        ]}
      />
      {draw === null ? null : <DrawTable name={name} draw={draw} />}
    </section>
  );
}

/** Whether there is anything to tell. */
export function hasQueue(queue: QueueReport): boolean {
  return queue.draw !== null || countsOf(queue).some(([, count]) => count > 0);
}

function countsOf(queue: QueueReport): [what: string, count: number][] {
  return [
    ['Let in at once', queue.atOnce],
    ['Let in from the queue', queue.fromQueue],
    ['Let in by the draw', queue.fromDraw],
    ['Took a place', queue.joined],
    ['Left their place', queue.gaveUpPlace],
    ['Gave up an admission', queue.gaveUpAdmission],
    ['Admissions lapsed', queue.lapsed],
    ['Sent home', queue.sentHome],
    ['Waiting still', queue.waiting],
  ];
}

function fact(what: string, count: number): [string, string] {
  return [what, number(count)];
}

function waitFacts({
  median,
  p95,
  longest,
}: NonNullable<QueueReport['waitMs']>): [string, string][] {
  return [
    ['Waited, median', span(median)],
    ['Waited, 95 of 100 at most', span(p95)],
    ['Waited longest', span(longest)],
  ];
}

function correlationFacts(queue: QueueReport): [string, string][] {
  const { placeCorrelation, joiningCorrelation, draw } = queue;
  const shown = (rho: number | null) => (rho === null ? '-' : rho.toFixed(3));
  if (queue.fromQueue + queue.fromDraw === 0) return [];
  const place: [string, string] = ["Spearman's ρ, place and admission", shown(placeCorrelation)];
  if (draw === null) return [place];
  return [place, ["Spearman's ρ, joining and admission", shown(joiningCorrelation)]];
}

function meaning({ queue, draw }: QueueReport): string {
  switch (queue) {
    case 'fifo':
      return 'Who found the gate full waited, and was let in by the order of coming.';
    case 'draw':
      return draw?.secret === null
        ? 'Those who join before the start are put in order by a draw, which is to come.'
        : 'Those who had joined by the start were put in order by a draw; to come early was no use. Later ones waited behind them.';
    case 'off':
      return 'Who found the gate full was refused: this promo had no queue.';
    case null:
      return 'This promo is from before there were queues.';
  }
}

/** Everything that anyone needs to draw again. */
function DrawTable({ name, draw }: { name: string; draw: DrawReport }) {
  const { commitment, entrants, secret, seed, recomputed } = draw;
  const code = (digits: string | null) =>
    digits === null ? 'not drawn yet' : <code>{digits}</code>;
  const outcomes = {
    true: 'the same',
    false: 'another: see the differences',
    null: 'not drawn yet',
  };
  return (
    <Table
      caption={`The draw of ${name}`}
      head={['what', 'value']}
      left={[0, 1]}
      rows={[
        ['Commitment, public before', code(commitment)],
        ['Secret, public after', code(secret)],
        ['Seed', code(seed)],
        ['Users who had joined, with those who left', number(entrants)],
        ['Recomputed here', outcomes[`${recomputed}`]],
      ]}
    />
  );
}
