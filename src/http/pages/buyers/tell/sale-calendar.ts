/** A coming sale as an event for calendars. */
import type { CatalogItem } from '../../../../catalog/item.ts';
import type { PromoNow } from '../../../../shop/reminders/awaited-sales.ts';
import type { CalendarEvent } from '../../../../shop/reminders/calendar.ts';
import type { View } from '../../layout.tsx';
import { namedMinuteText } from '../../minute-text.ts';
import { money } from '../../money.ts';
import { fill } from '../../texts.ts';
import { tellTexts } from './tell-texts.ts';

const minutesBefore = 10;

interface Sold extends PromoNow {
  item: CatalogItem;
  /** Minor units for one unit under the promo. */
  price: number;
  /** Of the journal's entry that last changed the item: it grows with every change of the sale. */
  sequence: number;
}

/** Of a draw the event is the time in which it can be joined, which is what to be there for. */
export function saleEvent(view: View, origin: string, sold: Sold): CalendarEvent {
  const { item, promo, startAt, opensAt, endAt, status, sequence } = sold;
  const own = tellTexts[view.visitor.language].event;
  const { title } = item;
  const isDraw = promo.queue === 'draw';
  const url = `${origin}/items/${item.id}`;
  const values = {
    promo: promo.name,
    price: money(sold.price, view),
    opens: namedMinuteText(opensAt, view),
    starts: namedMinuteText(startAt, view),
  };
  const isCancelled = status === 'withdrawn';
  const told = isCancelled ? own.cancelled : fill(isDraw ? own.drawText : own.saleText, values);
  const alarm = (before: 'start' | 'end', text: string) => {
    return { before, minutes: minutesBefore, text: fill(text, { title }) };
  };
  return {
    uid: `sale-${promo.id}@${new URL(origin).host}`,
    sequence,
    startAt: isDraw ? opensAt : startAt,
    endAt: isDraw ? startAt : endAt,
    summary: fill(isDraw ? own.draw : own.sale, { title }),
    description: `${told}\n${url}`,
    url,
    isCancelled,
    alarms: isDraw
      ? [alarm('start', own.opensSoon), alarm('end', own.drawnSoon)]
      : [alarm('start', own.soon)],
  };
}
