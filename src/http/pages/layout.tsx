/** The frame of every page: head, header, footer. */
import { html, raw } from 'hono/html';
import type { Child } from 'hono/jsx';
import { minorDigits } from '../../currency.ts';
import type { Assets } from './assets.ts';
import { scriptTexts, type Texts, texts } from './texts.ts';
import { type Visitor, withQuery } from './visitor.ts';

const styles = ['base.css', 'offers.css', 'item.css', 'orders.css', 'controls.css'];

/** What every page is made with. */
export interface View {
  visitor: Visitor;
  assets: Assets;
  /** Milliseconds since 1970 UTC by the server's clock: browsers count on from it. */
  now: number;
  /** ISO 4217: what amounts are of. */
  currency: string;
  /** IANA's name of the zone in which times are written. */
  timeZone: string;
  /** Who is logged in to the merchant's pages. */
  operator?: string;
  /** The sales that the visitor waits for, and how many of them are on; null where that is not known. */
  awaits: { promoIds: ReadonlySet<number>; running: number } | null;
}

interface LayoutProps {
  view: View;
  title: string;
  /** What a search engine, or a link that somebody shares, says of the page. */
  description: string;
  /** False for pages that search engines should leave out. */
  isListed?: boolean;
  /** The page's own script in `browser/`. */
  script?: string;
  /** What the page's own script needs to know. */
  data?: Record<string, unknown>;
  /** Styles in `browser/` beside those of every page. */
  ownStyles?: readonly string[];
  /** In place of the shop's menu. */
  menu?: Child;
  /** Below the header. */
  sections?: Child;
  /** What is missing without JavaScript, where that is not buying; null for nothing. */
  noScript?: string | null;
  children: Child;
}

/** A visitor's language as BCP 47 has it: of the page, and of numbers and amounts on it. */
export function languageTag({ language }: Pick<Visitor, 'language'>): string {
  return language === 'zh' ? 'zh-CN' : 'en';
}

export function textsOf({ visitor }: View): Texts {
  return texts[visitor.language];
}

/** A whole page. Scripts find what they need in `data-page`: the page itself contains no script. */
export function Layout(props: LayoutProps) {
  const { view, title, script = 'site.js', data = {}, ownStyles = [], children } = props;
  const { description, isListed = true } = props;
  const { visitor, assets, now } = view;
  const own = textsOf(view);
  const loggedIn = visitor.userId !== null;
  const currency = { code: view.currency, digits: minorDigits(view.currency) };
  const shared = { now, loggedIn, currency, texts: scriptTexts[visitor.language] };
  const page = JSON.stringify({ ...data, ...shared });
  return (
    <html lang={languageTag(visitor)}>
      <head>
        <meta charset="utf-8" />
        <title>{`${title} · Stampede`}</title>
        <meta name="description" content={description} />
        {!isListed && <meta name="robots" content="noindex" />}
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" href={assets.path('icon.svg')} type="image/svg+xml" />
        {raw(assets.head(script, [...styles, ...ownStyles]))}
      </head>
      <body data-page={page}>
        <a class="skip" href="#main">
          {own.skip}
        </a>
        <Header view={view} menu={props.menu ?? <ShopMenu view={view} />} />
        {props.sections}
        <main id="main">
          {props.noScript !== null && (
            <noscript>
              <p class="notice">{props.noScript ?? own.noScript}</p>
            </noscript>
          )}
          {children}
        </main>
        <footer>
          <p>{own.footer}</p>
        </footer>
      </body>
    </html>
  );
}

/** The page as the text of an answer. */
export function document(page: Child) {
  return html`<!doctype html>${page}`;
}

function Header({ view, menu }: { view: View; menu: Child }) {
  const { visitor } = view;
  const own = textsOf(view);
  const [other, otherLang] = visitor.language === 'zh' ? ['en', 'en'] : ['zh', 'zh-CN'];
  return (
    <header>
      <a class="wordmark" href="/">
        <Mark />
        Stampede
      </a>
      <nav aria-label={own.mainMenu}>
        {menu}
        <a
          href={withQuery(visitor.path, 'lang', other)}
          lang={otherLang}
          hreflang={otherLang}
          rel="nofollow"
        >
          {own.otherLanguage}
        </a>
      </nav>
    </header>
  );
}

function ShopMenu({ view }: { view: View }) {
  const { visitor } = view;
  const own = textsOf(view);
  return visitor.userId === null ? (
    <>
      <a href={logInPath('/login', visitor)}>{own.logIn}</a>
      <a href={logInPath('/register', visitor)}>{own.register}</a>
    </>
  ) : (
    <>
      <a href="/orders">
        {own.myOrders}
        <AwaitedMark view={view} />
      </a>
      <form method="post" action="/log-out">
        <button type="submit" class="plain" id="log-out">
          {own.logOut}
        </button>
      </form>
    </>
  );
}

/** How many of the sales that the visitor waits for are on. */
function AwaitedMark({ view }: { view: View }) {
  const running = view.awaits?.running ?? 0;
  if (running === 0) return null;
  return (
    <>
      {' '}
      <span class="on-now" title={textsOf(view).awaitedRun}>
        {running}
        <span class="visually-hidden"> {textsOf(view).awaitedRun}</span>
      </span>
    </>
  );
}

/** Where to log in and then come back to the page. */
export function logInPath(page: '/login' | '/register', { path }: Visitor): string {
  const back = /^\/(login|register|password)\b/.test(path) ? null : path;
  return back === null || back === '/' ? page : withQuery(page, 'next', back);
}

function Mark() {
  return (
    <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true" class="mark">
      <path d="M3 22 L11 6 H15 L7 22 Z" />
      <path d="M12 24 L21 6 H25 L16 24 Z" />
      <path d="M22 26 L30 10 V18 L26 26 Z" />
    </svg>
  );
}
