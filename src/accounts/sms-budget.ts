/** The budget of messages that SMS_PER_MINUTE sets, and who hears of it. */
import { getLogger } from '../../actors/log.ts';
import type { Note } from '../metrics/request-metrics.ts';
import type { MessageBudget } from './one-time-passwords.ts';

/** How long the log is silent after it has said that the budget is spent: the metric counts on. */
const silenceMs = 600_000;

/** @param clock - monotonic, in milliseconds. */
export function smsBudget(
  perMinute: number,
  requests: { note(what: Note): void },
  clock = () => performance.now(),
): MessageBudget {
  const log = getLogger(['stampede', 'sms']);
  let saidAt = Number.NEGATIVE_INFINITY;
  return {
    perMinute,
    sent: () => requests.note('codesSent'),
    refused: () => {
      requests.note('codesOverBudget');
      if (clock() - saidAt < silenceMs) return;
      saidAt = clock();
      log.warning('one-time passwords are refused: SMS_PER_MINUTE is reached', { perMinute });
    },
  };
}
