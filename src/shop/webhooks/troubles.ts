/** What is wrong with the sending of webhooks, in words for operators. Orders go on whatever it is. */
import type { ShopParts } from '../parts.ts';

/** A receiver that is started again is away for less. */
const failingMs = 60_000;
/** The sender reports twenty times a second that it runs; tries hold it up for no time. */
const silentMs = 10_000;

export function webhookTroubles({
  webhooks,
  clock,
}: Pick<ShopParts, 'webhooks' | 'clock'>): string[] {
  if (webhooks === null) return [];
  const { figures, host } = webhooks;
  const beatAt = figures.get('beatAt');
  const reasons: string[] = [];
  // It begins when the first partitions are there.
  if (beatAt > 0 && clock() - beatAt > silentMs)
    reasons.push('webhooks: their sender does nothing, see its log');
  if (figures.get('stoppedAt') > 0)
    reasons.push(
      `webhooks: ${host} said that it wants no more (410), say "go on" at /admin/webhooks`,
    );
  else if (figures.get('down') === 1 && clock() - figures.get('failingSince') > failingMs)
    reasons.push(`webhooks: ${host} takes none`);
  const differing = figures.get('differing');
  if (differing > 0)
    reasons.push(
      `webhooks: the journal of ${differing} partitions is not the one that was told, see /admin/webhooks`,
    );
  return reasons;
}
