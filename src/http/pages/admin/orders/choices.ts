/**
 * Choosing an item or a sale by its name, in a field that works without a script: the browser offers the names with
 * their numbers, as `Aurora headphones (#12)`, and whatever else is typed is looked for in the names.
 */
import { itemIdMax, promoIdMax } from '../../../../../actors/limits.ts';
import type { PromoRow } from '../../../../db/sql.ts';
import type { AppParts } from '../../../parts.ts';

export interface Choice {
  id: number;
  name: string;
}

/** What was chosen; or, where the text fits none or several, those that it fits. */
export type Chosen = { choice: Choice; among: null } | { choice: null; among: Choice[] };

/** Items and sales that a field offers, the newest; others are found by what is typed. */
const offeredMax = 200;
/** Those with the same part of a name that are named. */
const namedMax = 5;

type ChoiceParts = Pick<AppParts, 'sql' | 'catalog' | 'lists'>;

export function choiceText({ id, name }: Choice): string {
  return `${name} (#${id})`;
}

export async function offeredItems({ lists }: ChoiceParts): Promise<Choice[]> {
  const offered: Choice[] = [];
  for (let cursor: string | null = null; offered.length < offeredMax; ) {
    const page = await lists.page({ sort: 'newest', search: null, cursor, withHidden: true });
    offered.push(...(page?.items ?? []).map(({ id, title }) => ({ id, name: title })));
    cursor = page?.next ?? null;
    if (cursor === null) break;
  }
  return offered;
}

/** The sales of an item; without one, those of all that have begun, newest first. */
export async function offeredPromos(
  { sql, catalog }: ChoiceParts,
  itemId: number | null,
  now: number,
): Promise<Choice[]> {
  const promos =
    itemId === null ? await begun(sql, now) : ((await catalog.item(itemId))?.promos ?? []);
  return promos.map(({ id, name }) => ({ id, name }));
}

async function begun({ promoLists }: AppParts['sql'], now: number): Promise<PromoRow[]> {
  const [running, past] = await Promise.all([
    promoLists.within(now, now + 1, offeredMax),
    promoLists.past({ overAt: now, id: Number.MAX_SAFE_INTEGER }, offeredMax),
  ]);
  return [...running, ...past].slice(0, offeredMax);
}

export async function chosenItem(parts: ChoiceParts, text: string): Promise<Chosen> {
  const id = numberIn(text, itemIdMax);
  if (id !== null) return chosen({ id, name: (await parts.catalog.item(id))?.title ?? '' });
  const ids = await parts.catalog.search(text, namedMax + 1);
  const { items } = await parts.catalog.itemsOf(ids);
  return oneOf(
    items.map((item) => ({ id: item.id, name: item.title })),
    text,
  );
}

/** @param offered - the sales among whose names the text is looked for */
export async function chosenPromo(
  parts: ChoiceParts,
  text: string,
  offered: readonly Choice[],
): Promise<Chosen> {
  const id = numberIn(text, promoIdMax);
  if (id === 0) return chosen({ id, name: '' });
  if (id !== null) return chosen({ id, name: (await parts.catalog.promo(id))?.name ?? '' });
  const part = text.toLowerCase();
  return oneOf(
    offered.filter(({ name }) => name.toLowerCase().includes(part)),
    text,
  );
}

/** The number that a text is, or ends with as `choiceText` does. */
function numberIn(text: string, max: number): number | null {
  const [, offered, plain] = /\(#(\d{1,10})\)$|^#?(\d{1,10})$/.exec(text) ?? [];
  const id = Number(offered ?? plain);
  return Number.isNaN(id) || id > max ? null : id;
}

function oneOf(fitting: Choice[], text: string): Chosen {
  const whole = fitting.filter(({ name }) => name.toLowerCase() === text.toLowerCase());
  const [only, ...others] = whole.length === 1 ? whole : fitting;
  if (only !== undefined && others.length === 0) return chosen(only);
  return { choice: null, among: fitting.slice(0, namedMax) };
}

function chosen(choice: Choice): Chosen {
  return { choice, among: null };
}
