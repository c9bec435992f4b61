/** A replay's report: one HTML file that needs nothing beside it. */
import { readFileSync } from 'node:fs';
import { html, raw } from 'hono/html';
import { ownPath } from '../../own-files.ts';
import { type Check, checkNames } from '../audit/findings.ts';
import { amount, counted, megabytes, number, seconds, utc } from '../format.ts';
import { type Report, wasTried } from '../report.ts';
import { soldShare } from './item.tsx';
import { Facts, Table } from './parts.tsx';
import { type DrawnItem, mostOrdered } from './sections.tsx';

/** Items in the overview. */
const itemsListedMax = 1_000;

export interface DocumentOptions {
  report: Report;
  /** Of each part of the journal that was audited by itself. */
  drawn: readonly DrawnItem[];
  /** The kind of the journal, and what its acknowledgement means. */
  journalKind: string;
  acknowledgement: string;
  /** When the replay was made. */
  at: number;
}

const style = readFileSync(ownPath('src/replay/html/report.css'), 'utf8');

/** The whole file. */
export async function documentOf(options: DocumentOptions): Promise<string> {
  const page = <Page {...options} />;
  return String(await html`<!doctype html>${page}`);
}

function Page(options: DocumentOptions) {
  const { report } = options;
  const charted = mostOrdered(options.drawn).toSorted((a, b) => a.item - b.item);
  const verdict = report.holds ? 'All holds' : counted(report.differences.count, 'difference');
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>{`Replay: ${verdict}`}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <style>{raw(style)}</style>
      </head>
      <body>
        <Header {...options} verdict={verdict} />
        <main>
          <Checks report={report} />
          {report.holds ? null : <Differences report={report} />}
          <Items report={report} charted={charted} />
          {charted.map((each) => raw(each.section))}
          <Record {...options} />
          <Method />
        </main>
      </body>
    </html>
  );
}

function Header({ report, at, verdict }: DocumentOptions & { verdict: string }) {
  const { items, journal, limits } = report;
  const sum = (pick: (item: Report['items'][number]) => number) =>
    number(items.reduce((total, item) => total + pick(item), 0));
  const limited = [
    ...(limits.item === null ? [] : [`item ${limits.item} alone`]),
    ...(limits.to === null ? [] : [`each partition up to entry ${limits.to}`]),
  ];
  return (
    <header>
      <p class="wordmark">Stampede replay</p>
      <h1 class={report.holds ? 'holds' : 'differs'}>{verdict}.</h1>
      <p class="lead">
        {report.holds
          ? 'Every entry of the journal was read, and every check passed.'
          : 'The journal was read, and something in it, or in a copy of it, is wrong.'}{' '}
        Made {utc(at)} UTC{limited.length === 0 ? '' : `; limited to ${limited.join(', ')}`}.
      </p>
      <Facts
        facts={[
          ['Items', number(items.length)],
          ['Orders', number(journal.orders)],
          ['Units sold', sum((item) => item.sold)],
          ['Units left', sum((item) => item.left)],
          ['Refused for stock', sum((item) => item.refused)],
          ['… while units were left', sum((item) => item.refusedWhileLeft)],
          ['Entries', number(journal.entries)],
          ['Events', number(journal.events)],
        ]}
      />
    </header>
  );
}

/** The outcome of a check. A missing copy differs in nothing, but passes nothing either. */
function outcomeOf(name: Check, report: Report): [kind: string, text: string] {
  const { differences } = report.checks[name];
  if (differences > 0) return ['differs', counted(differences, 'difference')];
  return wasTried(report, name) ? ['holds', 'holds'] : ['untried', 'not compared'];
}

function Checks({ report }: { report: Report }) {
  return (
    <section>
      <h2>What was checked</h2>
      <ul class="checks">
        {checkNames.map((name) => {
          const [title, ...rest] = report.checks[name].means.split(': ');
          const [kind, outcome] = outcomeOf(name, report);
          return (
            <li class={kind}>
              <span class="state">{outcome}</span>
              <b>
                {/^I\d/.test(name) ? `${name} ` : ''}
                {title}
              </b>
              <span>{rest.join(': ')}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Differences({ report: { differences } }: { report: Report }) {
  const more = differences.count - differences.listed.length;
  return (
    <section id="differences">
      <h2>Differences</h2>
      <Table
        caption="Every difference, and where it stands"
        head={['check', 'partition', 'entry', 'item', 'what']}
        left={[0, 4]}
        rows={differences.listed.map(({ check, partition, sequence, item, what }) => [
          check,
          String(partition),
          number(sequence),
          item === null ? '-' : String(item),
          what,
        ])}
      />
      {more > 0 ? <p>… and {number(more)} more.</p> : null}
    </section>
  );
}

function Items({ report, charted }: { report: Report; charted: readonly DrawnItem[] }) {
  const { items, currency } = report;
  if (items.length === 0) return <p>No item was opened.</p>;
  const withCharts = new Set(charted.map(({ item }) => item));
  const more = items.length - itemsListedMax;
  return (
    <section>
      <h2>Items</h2>
      <Table
        caption="The books of each item by the journal"
        head={[
          'item',
          'title',
          'loaded',
          'sold',
          'share sold',
          'held',
          'left',
          'orders',
          'buyers',
          'refused',
          'while left',
          'takings',
          'refunded',
          'refunds due',
        ]}
        left={[1]}
        rows={items
          .slice(0, itemsListedMax)
          .map((each) => [
            withCharts.has(each.item) ? (
              <a href={`#item-${each.item}`}>{each.item}</a>
            ) : (
              String(each.item)
            ),
            each.title ?? '-',
            number(each.loaded),
            number(each.sold),
            soldShare(each),
            ...[each.held, each.left, each.orders, each.users].map(number),
            number(each.refused),
            number(each.refusedWhileLeft),
            ...[each.takingsMinor, each.refundedMinor, each.dueMinor].map((minor) =>
              amount(minor, currency),
            ),
          ])}
      />
      {more > 0 ? <p>… and {number(more)} more, which --json lists.</p> : null}
      {items.length > charted.length ? (
        <p>
          Charts follow for the {number(charted.length)} items with the most orders; --item N draws
          those of another.
        </p>
      ) : null}
    </section>
  );
}

function Record({ report, journalKind, acknowledgement }: DocumentOptions) {
  const { journal, partitions, comparisons, timesSetBack } = report;
  return (
    <section>
      <h2>Machine of record</h2>
      <p>{acknowledgement}</p>
      <Facts
        facts={[
          ['Journal', journalKind],
          ['Partitions', number(journal.partitions)],
          ['Entries', number(journal.entries)],
          ['Size', megabytes(journal.bytes)],
          ['Read in', seconds(journal.ms)],
          ['By', `Bun ${Bun.version}, ${process.platform} ${process.arch}`],
        ]}
      />
      <Table
        caption="The last entry of each partition: a note of its hash vouches for all entries up to it"
        head={['partition', 'entry', 'SHA-256']}
        left={[2]}
        rows={partitions.map(({ partition, sequence, hash }) => [
          String(partition),
          number(sequence),
          sequence === 0 ? 'empty' : <code>{hash}</code>,
        ])}
      />
      {timesSetBack.length === 0 ? null : (
        <Table
          caption="Time was set back by an operator; what was decided before stays as it was"
          head={['partition', 'entry', 'from', 'to']}
          rows={timesSetBack.map(({ partition, sequence, from, to }) => [
            ...[String(partition), number(sequence), from, to],
          ])}
        />
      )}
      {comparisons.map(({ name, compared, skipped }) => (
        <p>
          {name}, compared with the journal:{' '}
          {Object.entries(compared)
            .map(([what, count]) => `${what} ${number(count)}`)
            .join(', ') || 'nothing'}
          .{skipped.map((each) => ` ${each[0]!.toUpperCase()}${each.slice(1)}.`)}
        </p>
      ))}
    </section>
  );
}

function Method() {
  return (
    <section class="method">
      <h2>How to read this</h2>
      <p>
        All times are UTC, by the clock of the engine that wrote the journal. Timelines hold at most
        500 points: what happened within one is added up, and the units shown are those at its end.
        Totals are exact.
      </p>
      <p>
        Spearman’s ρ is the correlation between two orders of the same buyers: 1 where they are the
        same, 0 where one says nothing of the other, −1 where one is the reverse of the other (C.
        Spearman, “The proof and measurement of association between two things”, American Journal of
        Psychology 15, 1904). Buyers take their time between admission and order, so a ρ below 1 is
        no fault of the sale. Both orders are those in which the engine decided.
      </p>
      <p>
        A draw can be made again by anyone. The label of a user who joined is the SHA-256 of promo,
        user and nonce, with colons between them; the seed is that of the secret, a colon, and the
        SHA-256 of all labels in order of joining, with commas between them; and users come in the
        order of the SHA-256 of seed, colon and label. Every hash is text of 64 hex digits. This
        replay has done so for each draw, and has followed each queue.
      </p>
    </section>
  );
}
