/** The engines of a cluster and what each owns: as they stood when the page was made. */
import type { ShownEngine, ShownPartition } from '../../../../shop/cluster/engines.ts';
import type { View } from '../../layout.tsx';
import { minuteText } from '../../minute-text.ts';
import { fill } from '../../texts.ts';
import { Columns } from '../frame.tsx';
import { enginesTexts } from './engines-texts.ts';

interface EnginesProps {
  view: View;
  engines: readonly ShownEngine[];
  partitions: readonly ShownPartition[];
  warnings: readonly string[];
}

export function EnginesSection(props: EnginesProps) {
  const { view, warnings, partitions } = props;
  const own = enginesTexts[view.visitor.language];
  return (
    <section class="engines" aria-label={own.engine}>
      {warnings.length > 0 && (
        <ul class="notice" lang="en">
          {warnings.map((warning) => (
            <li>{warning}</li>
          ))}
        </ul>
      )}
      <h2>{fill(own.engines, { time: minuteText(view.now, view) })}</h2>
      <EngineTable {...props} />
      <details open={partitions.some(({ mode }) => mode !== 'ready')}>
        <summary>{own.partitions}</summary>
        <PartitionTable {...props} />
      </details>
    </section>
  );
}

function EngineTable({ view, engines, partitions }: EnginesProps) {
  const own = enginesTexts[view.visitor.language];
  return (
    <table class="board" aria-label={own.engine}>
      <Columns names={[own.engine, own.state, own.since, own.owns]} />
      <tbody>
        {engines.map(({ id, address, version, state, self, startedAt, heardMsAgo }) => (
          <tr>
            <th scope="row">
              {address}
              <span class="hint">{self ? `${version} · ${own.self}` : version}</span>
            </th>
            <td data-label={own.state} class={state === 'gone' ? 'unwell' : undefined}>
              {own.states[state]}
              {!self && <span class="hint">{heardText(heardMsAgo, own)}</span>}
            </td>
            <td data-label={own.since}>{minuteText(startedAt, view)}</td>
            <td data-label={own.owns}>{ownedBy(id, partitions)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function heardText(ms: number, own: typeof enginesTexts.en): string {
  if (ms < 10_000) return fill(own.heard, { ms });
  return fill(own.heardLongAgo, { seconds: Math.round(ms / 1_000) });
}

function ownedBy(engine: string, partitions: readonly ShownPartition[]): string {
  const owned = partitions.filter(({ owner }) => owner === engine);
  return owned.length === 0 ? '–' : owned.map(({ partition }) => partition).join(', ');
}

function PartitionTable({ view, engines, partitions }: EnginesProps) {
  const own = enginesTexts[view.visitor.language];
  const addressOf = (id: string) => engines.find((each) => each.id === id)?.address ?? id;
  return (
    <table class="board" aria-label={own.partitions}>
      <Columns
        names={[
          own.partition,
          own.owner,
          own.since,
          own.doing,
          own.entry,
          own.sql,
          own.replica,
          own.webhooks,
          own.copy,
        ]}
      />
      <tbody>
        {partitions.map(({ partition, owner, mode, since, copy, ...seqs }) => (
          <tr>
            <th scope="row">{partition}</th>
            <td data-label={own.owner}>{owner === null ? own.nobody : addressOf(owner)}</td>
            <td data-label={own.since}>{since === null ? '–' : minuteText(since, view)}</td>
            <td data-label={own.doing} class={mode === 'ready' ? 'well' : 'unwell'}>
              {own.modes[mode]}
            </td>
            <td data-label={own.entry}>{seqs.journalSeq}</td>
            <td data-label={own.sql}>
              {behindText(seqs.journalSeq - seqs.sqlSeq, copy === null, own)}
            </td>
            <td data-label={own.replica}>
              {behindText(
                seqs.journalSeq - seqs.replicaSeq,
                copy === null && seqs.replicaSeq > 0,
                own,
              )}
            </td>
            <td data-label={own.webhooks}>
              {behindText(seqs.journalSeq - (seqs.webhookSeq ?? 0), seqs.webhookSeq !== null, own)}
            </td>
            <td data-label={own.copy}>{copy === null ? '–' : copyText(copy, own)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What only a partition's owner knows is left out elsewhere. */
function behindText(entries: number, isKnown: boolean, own: (typeof enginesTexts)['en']): string {
  if (!isKnown) return '–';
  return entries <= 0 ? own.copyInStep : fill(own.copyBehind, { n: entries });
}

/** A copy that has all its owner's entries may still not know so, while nothing is heard of the owner. */
function copyText(
  { entriesBehind, answers }: NonNullable<ShownPartition['copy']>,
  own: (typeof enginesTexts)['en'],
): string {
  if (entriesBehind > 0) return fill(own.copyBehind, { n: entriesBehind });
  return answers ? own.copyInStep : own.copyOld;
}
