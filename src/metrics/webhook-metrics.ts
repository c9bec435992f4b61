/** What metrics tell of webhooks, where this engine sends any. */
import type { Clock } from '../../actors/clock.ts';
import type { Positions } from '../../actors/memory/positions.ts';
import { outcomes } from '../webhooks/answer.ts';
import type { WebhookFigures } from '../webhooks/figures.ts';
import type { Add, Labels } from './metric.ts';

interface WebhookParts {
  positions: Positions;
  partitions: number;
  clock: Clock;
  /** Null where nobody is told of orders. */
  webhooks: { figures: WebhookFigures } | null;
}

export function addWebhooks(parts: WebhookParts, gauge: Add, counter: Add): void {
  if (parts.webhooks === null) return;
  const { figures } = parts.webhooks;
  addProgress(parts, gauge);
  counter(
    'stampede_webhook_tries_total',
    'Requests to the receiver of webhooks, by what came of them.',
    ['outcome'],
    () => outcomes.map((outcome): [Labels, number] => [{ outcome }, figures.tries(outcome)]),
  );
  const only = (value: number): [Labels, number][] => [[{}, value]];
  const givenUp = 'Events given up: three days of tries have failed.';
  counter('stampede_webhook_given_up_total', givenUp, [], () => only(figures.givenUp));
  const events =
    'Events that fail and wait for another try, with those of their orders behind them; or that were read and not tried yet, or are being sent.';
  gauge('stampede_webhook_events', events, ['state'], () => [
    [{ state: 'waiting' }, figures.get('waiting')],
    [{ state: 'open' }, figures.get('open')],
  ]);
  const age = (at: number) => (at === 0 ? 0 : Math.max(0, parts.clock() - at) / 1000);
  const oldest = 'Age of the oldest event that was read and is not delivered; 0 without.';
  gauge('stampede_webhook_oldest_seconds', oldest, [], () => only(age(figures.get('oldestAt'))));
  const failing =
    'How long the receiver has taken no event, though it was sent some; 0 while it takes them.';
  gauge('stampede_webhook_failing_seconds', failing, [], () =>
    only(age(figures.get('failingSince'))),
  );
  gauge('stampede_webhook_stopped', '1 while nothing is sent: the receiver said 410.', [], () =>
    only(figures.get('stoppedAt') === 0 ? 0 : 1),
  );
}

/** Of the partitions that this engine sends for. */
function addProgress({ positions, partitions, clock }: WebhookParts, gauge: Add): void {
  const each = (value: (partition: number) => number) =>
    function* (): Generator<[Labels, number]> {
      for (let partition = 0; partition < partitions; partition++) {
        if (positions.get(partition, 'webhookKnown') === 1) yield [{ partition }, value(partition)];
      }
    };
  const lag = (partition: number) => positions.lag(partition, 'webhook', clock());
  const labels = ['partition'];
  gauge(
    'stampede_webhook_sequence',
    'Entry up to which every event is delivered, or noted to be tried again.',
    labels,
    each((partition) => positions.get(partition, 'webhookSeq')),
  );
  const entries = 'Entries after that one.';
  gauge(
    'stampede_webhook_lag_entries',
    entries,
    labels,
    each((p) => lag(p).entries),
  );
  const seconds = 'Age of the oldest of them; 0 without any.';
  gauge(
    'stampede_webhook_lag_seconds',
    seconds,
    labels,
    each((p) => lag(p).ms / 1000),
  );
}
