/** `/admin/engine`: whether the engine is well, for engineers. */
import { shownEngines } from '../../../../shop/cluster/engines.ts';
import type { AppParts } from '../../../parts.ts';
import type { View } from '../../layout.tsx';
import type { Made } from '../../page.tsx';
import { fill } from '../../texts.ts';
import { Frame, Heading, ownTexts } from '../frame.tsx';
import { EnginesSection } from './engines.tsx';

type Parts = Pick<AppParts, keyof Parameters<typeof shownEngines>[0] | 'journalPromise'>;

export function enginePage(parts: AppParts, view: View): Made {
  return { page: <EnginePage view={view} parts={parts} /> };
}

function EnginePage({ view, parts }: { view: View; parts: Parts }) {
  const own = ownTexts(view).engine;
  const cluster = shownEngines(parts);
  const all = cluster.partitions.length;
  const ready = cluster.partitions.filter(({ mode }) => mode === 'ready').length;
  const isWell = ready === all;
  return (
    <Frame view={view} title={own.title}>
      <Heading title={own.title} lead={own.lead} />
      <dl class="engine">
        <div>
          <dt>{own.engine}</dt>
          <dd class={isWell ? 'well' : 'unwell'}>
            {isWell ? '✓' : '✗'} {fill(own.partitions, { n: ready, all })}
          </dd>
        </div>
        <div>
          <dt>{own.journal}</dt>
          <dd lang="en">{parts.journalPromise}</dd>
        </div>
      </dl>
      <EnginesSection view={view} {...cluster} />
    </Frame>
  );
}
