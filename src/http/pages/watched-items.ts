import { itemIdOf } from '../../shop/read-item.ts';

/** The most items in one stream: more windows than people look at side by side. */
const watchedItemsMax = 32;

/** The items that a stream is asked for, as `4,7`; each once. 0 stands for what is no item's id. */
export function watchedItems(text = ''): number[] {
  const items = text.split(',', watchedItemsMax).map(itemIdOf);
  return [...new Set(items)];
}
