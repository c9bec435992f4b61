import { listPageMax } from '../../shop/list-items.ts';
import { itemIdOf } from '../../shop/read-item.ts';
import type { Selection } from '../wire/admin-feed.ts';

/** The most items in one stream: more windows than people look at side by side. */
const watchedItemsMax = 32;

/** The items that a stream is asked for, as `4,7`; each once. 0 stands for what is no item's id. */
export function watchedItems(text = ''): number[] {
  const items = text.split(',', watchedItemsMax).map(itemIdOf);
  return [...new Set(items)];
}

/** What several pages of the operator show, as `4,12-13-14`: the items of a page are joined by dashes. */
export function watchedSelections(text = '', isOpen: (item: number) => boolean): Selection[] {
  const names = new Set(text.split(',', watchedItemsMax));
  return [...names].map((name) => ({
    name,
    items: name.split('-', listPageMax).map(itemIdOf).filter(isOpen),
  }));
}
