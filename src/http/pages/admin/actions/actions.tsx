/** `/admin/actions`: who did what. */
import type { Child } from 'hono/jsx';
import type { ActionRow } from '../../../../db/actions.ts';
import { actionsPage } from '../../../../operators/actions-page.ts';
import { operatorName } from '../../../../operators/keyring.ts';
import type { AppParts } from '../../../parts.ts';
import { listPath, Pages } from '../../item-list.tsx';
import type { View } from '../../layout.tsx';
import { minuteText } from '../../minute-text.ts';
import type { Made } from '../../page.tsx';
import { fill } from '../../texts.ts';
import { Columns, Frame, Heading } from '../frame.tsx';
import { type ActionsTexts, actionsTexts } from './actions-texts.ts';

/** What actions were done to, by kind and number. */
type Names = ReadonlyMap<string, string>;

export async function showActions(
  { sql }: Pick<AppParts, 'sql'>,
  view: View,
  cursor: string | null,
): Promise<Made> {
  const page = (await actionsPage(sql, cursor)) ?? (await actionsPage(sql, null))!;
  const names = await namesOf(sql, page.actions);
  return { page: <ActionsPage view={view} {...page} names={names} isFirst={cursor === null} /> };
}

/** Titles of items, and names of sales and keys, as they are now: what was deleted has none. */
async function namesOf(
  { catalog, apiKeys }: Pick<AppParts['sql'], 'catalog' | 'apiKeys'>,
  actions: readonly ActionRow[],
): Promise<Names> {
  const ids = (kind: string) => {
    const targets = actions.flatMap(({ action, target }) =>
      kindOf(action) === kind && target !== null ? [Number(target)] : [],
    );
    return [...new Set(targets)].filter(Number.isSafeInteger);
  };
  const [items, promos, keys] = await Promise.all([
    catalog.itemsOf(ids('item')),
    Promise.all(ids('promo').map((id) => catalog.promo(id))),
    Promise.all(ids('key').map((id) => apiKeys.byId(id))),
  ]);
  const names = new Map(items.map(({ id, title }) => [`item ${id}`, title]));
  for (const promo of promos) if (promo !== null) names.set(`promo ${promo.id}`, promo.name);
  for (const key of keys) if (key !== null) names.set(`key ${key.id}`, operatorName(key));
  return names;
}

/** A picture goes by the number of its item. */
function kindOf(action: string): string {
  const [kind = ''] = action.split('.');
  return kind === 'picture' ? 'item' : kind;
}

/** Where to look at what an action was done to. */
const paths: Record<string, string> = {
  item: '/admin/items',
  promo: '/admin/sales',
  order: '/admin/orders',
};

interface ActionsProps {
  view: View;
  actions: readonly ActionRow[];
  next: string | null;
  isFirst: boolean;
  names: Names;
}

function ActionsPage({ view, actions, next, isFirst, names }: ActionsProps) {
  const own = actionsTexts[view.visitor.language];
  const columns = [own.time, own.who, own.what, own.said];
  return (
    <Frame view={view} title={own.title}>
      <Heading title={own.title} lead={own.lead} />
      {actions.length === 0 ? (
        <p class="empty">{own.none}</p>
      ) : (
        <table class="board deeds">
          <Columns names={columns} />
          <tbody>
            {actions.map((row) => (
              <tr>
                <td data-label={own.time}>{minuteText(row.at, view)}</td>
                <td data-label={own.who}>{row.by === 'admin' ? own.owner : row.by}</td>
                <th scope="row">
                  <Deed own={own} row={row} names={names} />
                </th>
                <td class="wide" data-label={own.said}>
                  <Said details={row.details} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <Pages
        list={{ next, isFirst }}
        pathOf={(cursor) => listPath('/admin/actions', { cursor })}
        label={own.pages}
        toFirst={own.newest}
        toNext={own.older}
      />
    </Frame>
  );
}

/** A sentence, with its target as a link. */
function Deed({ own, row, names }: { own: ActionsTexts; row: ActionRow; names: Names }) {
  const { action, target, status } = row;
  const [before = '', after = ''] = (own.deeds[action] ?? own.other).split('{target}');
  return (
    <>
      {fill(before, { action })}
      <Target kind={kindOf(action)} target={target} names={names} />
      {after}
      {status >= 500 && <span class="hint unwell">{fill(own.unsure, { status })}</span>}
    </>
  );
}

interface TargetProps {
  kind: string;
  target: string | null;
  names: Names;
}

function Target({ kind, target, names }: TargetProps): Child {
  if (target === null) return null;
  const name = names.get(`${kind} ${target}`);
  const path = paths[kind];
  const text = name ?? target;
  // What has no name any more is not there to look at; orders go by their ids.
  const isThere = path !== undefined && (name !== undefined || kind === 'order');
  return isThere ? <a href={`${path}/${target}`}>{text}</a> : text;
}

/** What was said, field by field. */
function Said({ details }: { details: string }) {
  const fields = Object.entries(JSON.parse(details) as Record<string, unknown>);
  if (fields.length === 0) return <>–</>;
  return (
    <dl class="said">
      {fields.map(([name, value]) => (
        <div>
          <dt>{name}</dt>
          <dd>{saidText(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

function saidText(value: unknown): string {
  if (Array.isArray(value)) return value.map(saidText).join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
