/** A month of sales, day by day; on a narrow screen, a list of the days that have some. */
import type { ListedSale } from '../../../../shop/sale-lists.ts';
import type { Language } from '../../../wire/messages.ts';
import type { View } from '../../layout.tsx';
import { fill } from '../../texts.ts';
import { localText } from '../../zoned-time.ts';
import { type Day, type Month, monthAt, monthsLater, monthText, weeksOf } from './month.ts';
import { salesTexts } from './sales-texts.ts';

/** Sales that a day shows; the rest are behind a click. */
const dayEntriesMax = 4;

const locales: Record<Language, string> = { en: 'en', zh: 'zh-CN' };

interface CalendarProps {
  view: View;
  month: Month;
  sales: readonly ListedSale[];
}

export function Calendar({ view, month, sales }: CalendarProps) {
  const own = salesTexts[view.visitor.language];
  const clock = { zone: view.timeZone, now: view.now };
  const weeks = weeksOf(month, clock, sales, ({ promo, endAt }) => {
    return { from: promo.startAt, to: endAt };
  });
  const title = monthName(month, view);
  const link = (to: Month, text: string) => (
    <a href={`/admin?month=${monthText(to)}#calendar`}>{text}</a>
  );
  return (
    <section class="sales" id="calendar">
      <div class="calendar-heading">
        <h2>
          {own.calendar}: {title}
        </h2>
        <nav aria-label={own.months}>
          {link(monthsLater(month, -1), own.previous)}
          {link(monthAt(view.now, view.timeZone), own.thisMonth)}
          {link(monthsLater(month, 1), own.following)}
        </nav>
      </div>
      {sales.length === 0 && <p class="hint">{own.noneInMonth}</p>}
      <table class="calendar" aria-label={title}>
        <thead>
          <tr>
            {weekdays(view.visitor.language).map(({ short, long }) => (
              <th scope="col">
                <abbr title={long}>{short}</abbr>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeks.map((week) => (
            <tr>
              {week.map((day) =>
                day === null ? <td class="elsewhere"></td> : <DayCell view={view} day={day} />,
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function DayCell({ view, day }: { view: View; day: Day<ListedSale> }) {
  const own = salesTexts[view.visitor.language];
  const { entries, isToday } = day;
  const [shown, more] = [entries.slice(0, dayEntriesMax), entries.slice(dayEntriesMax)];
  return (
    <td
      class={entries.length === 0 ? 'free' : undefined}
      aria-current={isToday ? 'date' : undefined}
    >
      <span class="day">{day.day}</span>
      {shown.length > 0 && <Entries view={view} day={day.day} sales={shown} />}
      {more.length > 0 && (
        <details>
          <summary>{fill(own.more, { n: more.length })}</summary>
          <Entries view={view} day={day.day} sales={more} />
        </details>
      )}
    </td>
  );
}

interface EntriesProps {
  view: View;
  day: number;
  sales: readonly ListedSale[];
}

/** On the day that a sale begins, with its time. */
function Entries({ view, day, sales }: EntriesProps) {
  const own = salesTexts[view.visitor.language];
  return (
    <ul>
      {sales.map(({ promo, itemTitle, status }) => {
        const starts = localText(promo.startAt, view.timeZone);
        const isFirst = Number(starts.slice(8, 10)) === day;
        return (
          <li>
            <a
              href={`/admin/sales/${promo.id}`}
              data-state={status}
              title={`${promo.name} · ${itemTitle} · ${own.states[status]}`}
            >
              {isFirst && <time>{starts.slice(11, 16)}</time>} {promo.name}
            </a>
          </li>
        );
      })}
    </ul>
  );
}

function monthName({ year, month }: Month, { visitor }: View): string {
  const date = Temporal.PlainDate.from({ year, month, day: 1 });
  return date.toLocaleString(locales[visitor.language], { year: 'numeric', month: 'long' });
}

/** From Monday on. */
function weekdays(language: Language): { short: string; long: string }[] {
  const monday = Temporal.PlainDate.from('2026-11-23');
  return Array.from({ length: 7 }, (_, days) => {
    const name = (weekday: 'short' | 'long') =>
      monday.add({ days }).toLocaleString(locales[language], { weekday });
    return { short: name('short'), long: name('long') };
  });
}
