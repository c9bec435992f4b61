/** `/`: what is on sale, section by section, or one section alone. */
import type { ItemSort } from '../../../shop/item-ranking.ts';
import {
  type Census,
  type ItemSection,
  itemSections,
  sectionOf,
} from '../../../shop/item-sections.ts';
import { FindForm, type ListPage, listPath, Pages } from '../item-list.tsx';
import { Layout, languageTag, textsOf, type View } from '../layout.tsx';
import { fill } from '../texts.ts';
import { Card } from './card.tsx';
import { homeTexts } from './home-texts.ts';
import { type Offer, supplyOf } from './offer.tsx';
import { Timed } from './timed.tsx';

/** The sorts that the page has. */
export const homeSorts = ['urgent', 'newest', 'sales'] as const satisfies readonly ItemSort[];

/** A page of the list. */
interface ShownList extends ListPage {
  offers: Offer[];
  sort: (typeof homeSorts)[number];
  /** The only section shown; null for all. */
  section: ItemSection | null;
  census: Census;
}

interface Props {
  view: View;
  list: ShownList;
}

export function HomePage({ view, list }: Props) {
  const own = textsOf(view);
  const texts = homeTexts[view.visitor.language];
  const { sort, section, search, hidden } = list;
  return (
    <Layout view={view} title={own.home} description={own.homeLead} script="home.js">
      <div class="heading">
        <div>
          <h1>{own.home}</h1>
          <p class="lead">{own.homeLead}</p>
        </div>
        <nav class="tabs" aria-label={own.sortedBy}>
          <SortLink sort="urgent" text={texts.urgent} list={list} />
          <SortLink sort="newest" text={own.newest} list={list} />
          <SortLink sort="sales" text={own.bestSelling} list={list} />
        </nav>
      </div>
      <div class="finding">
        <Filters view={view} list={list} />
        <FindForm path="/" search={search} label={own.searchItems} submit={own.search}>
          {section !== null && <input type="hidden" name="show" value={section} />}
          {sort !== 'urgent' && <input type="hidden" name="sort" value={sort} />}
        </FindForm>
      </div>
      {hidden > 0 && (
        <p class="notice" role="status">
          {own.someHidden}
        </p>
      )}
      <p class="notice" id="changed" role="status" hidden>
        {texts.changed} <a href={view.visitor.path}>{texts.anew}</a>
      </p>
      <NextSale view={view} list={list} />
      <Empty view={view} list={list} />
      <Items view={view} list={list} />
      <Pages
        list={list}
        pathOf={(cursor) => pathOf({ ...list, cursor })}
        label={own.pages}
        toFirst={own.firstPage}
        toNext={own.nextPage}
      />
    </Layout>
  );
}

interface ListAddress extends Pick<ShownList, 'sort' | 'section' | 'search'> {
  cursor?: string | undefined;
}

function pathOf({ sort, section, search, cursor }: ListAddress): string {
  return listPath('/', {
    show: section,
    sort: sort === 'urgent' ? null : sort,
    q: search,
    cursor,
  });
}

function SortLink({
  sort,
  text,
  list,
}: {
  sort: ShownList['sort'];
  text: string;
  list: ShownList;
}) {
  const { section, search } = list;
  return (
    <a
      href={pathOf({ section, search, sort })}
      aria-current={sort === list.sort ? 'page' : undefined}
    >
      {text}
    </a>
  );
}

/** One link for each section, with how many items are in it. */
function Filters({ view, list }: Props) {
  const texts = homeTexts[view.visitor.language];
  const { counts } = list.census;
  const all = itemSections.reduce((sum, each) => sum + counts[each], 0);
  return (
    <nav class="filters" aria-label={texts.filters}>
      <FilterLink view={view} list={list} section={null} text={texts.all} count={all} />
      {itemSections.map((each) => (
        <FilterLink {...{ view, list, section: each, text: texts[each] }} count={counts[each]} />
      ))}
    </nav>
  );
}

interface FilterProps extends Props {
  section: ItemSection | null;
  text: string;
  count: number;
}

function FilterLink({ view, list, section, text, count }: FilterProps) {
  const { sort, search } = list;
  const isCurrent = section === list.section;
  return (
    <a href={pathOf({ section, sort, search })} aria-current={isCurrent ? 'page' : undefined}>
      {text}{' '}
      <span class="count">{new Intl.NumberFormat(languageTag(view.visitor)).format(count)}</span>
    </a>
  );
}

/** Where nothing is on: when the next sale starts. */
function NextSale({ view, list: { census, section, isFirst } }: Props) {
  const { counts, nextStartAt } = census;
  const isAsked = section === null || section === 'running';
  if (!isFirst || !isAsked || counts.running > 0 || nextStartAt === null) return null;
  const texts = homeTexts[view.visitor.language];
  return (
    <p class="notice" id="next" data-next={nextStartAt}>
      {section === null && `${texts.none.running} `}
      <Timed view={view} text={texts.nextStarts} at={nextStartAt} /> <strong data-left></strong>
    </p>
  );
}

/** Why the page has no items, and where there are some. */
function Empty({ view, list }: Props) {
  const { offers, hidden, section, search, sort, census } = list;
  if (offers.length > 0 || hidden > 0) return null;
  const own = textsOf(view);
  const texts = homeTexts[view.visitor.language];
  if (section === null) {
    return (
      <p class="empty">{search === null ? own.noItems : fill(own.nothingFound, { q: search })}</p>
    );
  }
  const toComing = section === 'running' && search === null && census.counts.coming > 0;
  const elsewhere = pathOf({ section: toComing ? 'coming' : null, search, sort });
  const link = toComing ? texts.showComing : search === null ? texts.showAll : texts.everywhere;
  return (
    <div class="empty">
      <p>{search === null ? texts.none[section] : fill(texts.notHere, { q: search })}</p>
      <p>
        <a class="secondary" href={elsewhere}>
          {link}
        </a>
      </p>
    </div>
  );
}

/** Section by section in the order of urgency; in any other order one list. */
function Items({ view, list: { offers, sort, section } }: Props) {
  const { titles } = homeTexts[view.visitor.language];
  if (offers.length === 0) return null;
  if (sort !== 'urgent' || section !== null) {
    const title = section === null ? titles.flat : titles[section];
    const ordered = sort === 'urgent' ? availableFirst(offers) : offers;
    return <Section view={view} name={section ?? 'flat'} title={title} offers={ordered} />;
  }
  return (
    <>
      {itemSections.map((each) => {
        const own = offers.filter(({ row }) => sectionOf(row, view.now) === each);
        if (own.length === 0) return null;
        return (
          <Section view={view} name={each} title={titles[each]} offers={availableFirst(own)} />
        );
      })}
    </>
  );
}

interface SectionProps {
  view: View;
  name: string;
  title: string;
  offers: readonly Offer[];
}

function Section({ view, name, title, offers }: SectionProps) {
  return (
    <section class="group" aria-labelledby={`group-${name}`} data-group={name}>
      <h2 id={`group-${name}`}>{title}</h2>
      <ul class="offers">
        {offers.map((offer) => (
          <Card view={view} offer={offer} />
        ))}
      </ul>
    </section>
  );
}

/** What can be bought before what is sold out, and that which may come back before the rest. */
function availableFirst(offers: readonly Offer[]): Offer[] {
  const ranks = { left: 0, inLine: 1, anybody: 1, gone: 2 };
  const rank = (offer: Offer) =>
    offer.status === 'pending' || offer.status === 'ended' ? 0 : ranks[supplyOf(offer)];
  return offers.toSorted((a, b) => rank(a) - rank(b));
}
