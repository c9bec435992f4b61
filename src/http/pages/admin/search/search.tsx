/** `/admin/search`: what can be said about one buyer and one item. */
import * as v from 'valibot';
import { itemIdMax } from '../../../../../actors/limits.ts';
import { idField } from '../../../../shop/input.ts';
import { readItem } from '../../../../shop/read-item.ts';
import type { Asked, Found, RefusalSearch } from '../../../../shop/why-refused/search.ts';
import type { AppParts } from '../../../parts.ts';
import type { View } from '../../layout.tsx';
import type { Made } from '../../page.tsx';
import { Field, type Filled, Frame, Heading, Notice, ownTexts } from '../frame.tsx';
import { namedUser } from './known-user.ts';
import { Result } from './result.tsx';
import { searchTexts } from './search-texts.ts';

type Query = Record<string, string>;

const itemSchema = idField(itemIdMax);
const numberSchema = idField(Number.MAX_SAFE_INTEGER);

export async function searchPage(
  parts: AppParts,
  searches: RefusalSearch,
  view: View,
  query: Query,
): Promise<Made> {
  const own = searchTexts[view.visitor.language];
  const made = (props: Partial<SearchProps>, status: 200 | 400 | 503 = 200): Made => ({
    page: <SearchPage view={view} values={query} errors={{}} message={null} {...props} />,
    status,
  });
  const { item, user, from } = query;
  if (item === undefined || user === undefined) return made({});
  const { asked, errors } = await askedOf(parts, view, { item, user, from });
  if (asked === null) return made({ errors }, 400);
  try {
    const found = await searches.search(asked);
    return found === null ? made({ message: own.busy }, 503) : made({ asked, found });
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    parts.logError('search failed', { item: asked.item.id, error: text });
    return made({ message: own.unread }, 503);
  }
}

/** What a search is about, or what is wrong with its fields. */
async function askedOf(
  parts: AppParts,
  view: View,
  { item, user: whose, from: first }: { item: string; user: string; from: string | undefined },
): Promise<{ asked: Asked | null; errors: Record<string, string> }> {
  const own = searchTexts[view.visitor.language];
  const { bounds } = ownTexts(view);
  const errors: Record<string, string> = {};
  const id = v.safeParse(itemSchema, item.trim());
  const open = id.success ? await readItem(parts, id.output) : null;
  if (open === null) errors.item = id.success ? own.unknownItem : bounds.item;
  const named = await namedUser(parts, whose);
  if (named.user === null) errors.user = named.why === 'unknown' ? own.unknownUser : bounds.user;
  const { user } = named;
  const from = v.safeParse(numberSchema, first);
  if (open === null || user === null) return { asked: null, errors };
  return { asked: { ...open, user, from: from.success ? from.output : null }, errors };
}

interface SearchProps extends Filled {
  view: View;
  asked?: Asked;
  found?: Found;
}

function SearchPage({ view, values, errors, message, asked, found }: SearchProps) {
  const own = searchTexts[view.visitor.language];
  const filled = { values, errors, message };
  const whole = { required: true, inputmode: 'numeric' };
  return (
    <Frame view={view} title={own.title}>
      <Heading title={own.title} lead={own.lead} />
      <Notice text={message} isError />
      <form method="get" action="/admin/search" class="search">
        <Field form="search" name="item" label={own.item} filled={filled} input={whole} />
        <Field
          form="search"
          name="user"
          label={own.user}
          filled={filled}
          input={{ required: true }}
        />
        <button type="submit" class="primary">
          {own.submit}
        </button>
      </form>
      {asked !== undefined && found !== undefined && (
        <Result view={view} asked={asked} found={found} />
      )}
    </Frame>
  );
}
