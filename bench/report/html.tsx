/** The bench's report: one HTML file that needs nothing beside it. */
import { readFileSync } from 'node:fs';
import { html, raw } from 'hono/html';
import { Facts, Table } from '../../src/replay/html/parts.tsx';
import { LineChart } from './charts.tsx';
import { Loads } from './loads.tsx';
import { type Machine, machineLine } from './machine.ts';
import { type FigureTable, type Report, type Target, thousands } from './report.ts';

interface HtmlReport extends Report {
  machine: Machine;
  quick: boolean;
  /** How long the run took. */
  seconds: number;
}

const shared = readFileSync(new URL('../../src/replay/html/report.css', import.meta.url), 'utf8');
const style = `${shared}
.key-dot { display: inline-block; width: 0.7em; height: 0.7em; margin-right: 0.35em; border-radius: 50%; }
.keys span { margin-right: 1.2em; white-space: nowrap; }
.chart polyline { fill: none; stroke-width: 2.5; stroke-linejoin: round; }
.chart .value { fill: var(--ink); }
.reached { color: var(--good); }
.short { color: var(--bad); font-weight: 600; }
td.text { max-width: 26rem; color: var(--quiet); }
.beside > .table { max-height: 22rem; overflow: auto; }`;

/** The whole file. */
export async function htmlOf(report: HtmlReport): Promise<string> {
  const page = <Page {...report} />;
  return String(await html`<!doctype html>${page}`);
}

function Page(report: HtmlReport) {
  const { machine, targets, charts, tables, loads, failures, skipped, quick, seconds } = report;
  const held = targets.filter(({ reached }) => reached !== null);
  const reached = held.filter((target) => target.reached).length;
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>Stampede: bench</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <style>{raw(style)}</style>
      </head>
      <body>
        <header>
          <p class="wordmark">Stampede</p>
          <h1>Bench</h1>
          <p class="lead">
            {`What orders cost, beside a Hono server that does nothing. ${machineLine(machine)}.`}
          </p>
          <Facts
            facts={[
              ['Targets reached', `${reached} of ${held.length}`],
              ['Run', quick ? 'quick' : 'full'],
              ['Seconds', thousands(seconds)],
              ['Cores', `${machine.cores}`],
              ['Load before', `${machine.loadBefore}`],
            ]}
          />
          {skipped.map((part) => (
            <p class="lead">{part}</p>
          ))}
          {failures.map((failure) => (
            <p class="short">{failure}</p>
          ))}
        </header>
        <main>
          <Targets targets={targets} />
          <Loads loads={loads} />
          <FigureTables tables={tables} />
          {charts.length === 0 ? null : (
            <section>
              <h2>In detail</h2>
              {charts.map((chart) => (
                <LineChart chart={chart} />
              ))}
            </section>
          )}
        </main>
      </body>
    </html>
  );
}

function Targets({ targets }: { targets: readonly Target[] }) {
  const state = ({ reached }: Target) => {
    if (reached === null) return '';
    return reached ? <span class="reached">reached</span> : <span class="short">short</span>;
  };
  return (
    <section>
      <h2>Figures and targets</h2>
      <Table
        caption="What was measured, and what it must reach"
        head={['measurement', 'figure', 'target', '', 'note']}
        left={[0, 4]}
        rows={targets.map((target) => [
          target.measurement,
          target.figure,
          target.target,
          state(target),
          target.note,
        ])}
      />
    </section>
  );
}

function FigureTables({ tables }: { tables: readonly FigureTable[] }) {
  if (tables.length === 0) return null;
  return (
    <section>
      <h2>By part</h2>
      {tables.map(({ title, head, rows, note }) => (
        <>
          <Table caption={title} head={head} rows={rows} />
          {note === '' ? null : <p class="lead">{note}</p>}
        </>
      ))}
    </section>
  );
}
