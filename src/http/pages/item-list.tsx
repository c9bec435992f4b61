/** What lists of items have in common, for buyers and for the merchant: a search, and their pages. */
import type { Child } from 'hono/jsx';
import { searchCharactersMax } from '../../shop/list-items.ts';

/** One page of a list. */
export interface ListPage {
  search: string | null;
  /** The cursor of the next page; null on the last. */
  next: string | null;
  /** Items that cannot be shown just now. */
  hidden: number;
  isFirst: boolean;
}

interface FindProps {
  path: string;
  search: string | null;
  /** What is searched, in words. */
  label: string;
  submit: string;
  /** Fields that go along with the search. */
  children?: Child;
}

export function FindForm({ path, search, label, submit, children }: FindProps) {
  return (
    <search>
      <form class="find" action={path} method="get">
        {children}
        <input
          type="search"
          name="q"
          value={search ?? ''}
          maxlength={searchCharactersMax}
          aria-label={label}
          placeholder={label}
        />
        <button type="submit" class="secondary">
          {submit}
        </button>
      </form>
    </search>
  );
}

interface PagesProps {
  list: Pick<ListPage, 'next' | 'isFirst'>;
  /** The address of a page: the first without a cursor. */
  pathOf(cursor?: string): string;
  label: string;
  toFirst: string;
  toNext: string;
}

/** To the first page and the next; nothing where all items are on one page. */
export function Pages({ list: { isFirst, next }, pathOf, label, toFirst, toNext }: PagesProps) {
  if (isFirst && next === null) return null;
  return (
    <nav class="pages" aria-label={label}>
      {!isFirst && <a href={pathOf()}>{toFirst}</a>}
      {next !== null && (
        <a rel="next" href={pathOf(next)}>
          {toNext}
        </a>
      )}
    </nav>
  );
}

/** A list's address with the part of the query that is not as usual. */
export function listPath(path: string, query: Record<string, string | null | undefined>): string {
  const given = Object.entries(query).filter(([, value]) => value != null);
  const text = String(new URLSearchParams(given as [string, string][])); // Those that are not null.
  return text === '' ? path : `${path}?${text}`;
}
