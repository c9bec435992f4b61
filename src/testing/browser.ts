/**
 * Chromium for tests: the real one that Debian ships, without its own traffic, with a new profile each
 * time. A watched page records what must not happen: errors, refused content, other hosts.
 */
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const executablePath = '/usr/bin/chromium';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** How long a page may take to show what it should. */
const patienceMs = 60_000;

export interface VisitorOptions {
  /** As `Accept-Language`; `en-GB` when not given. */
  locale?: string;
  /** Such as `Asia/Shanghai`; that of the machine when not given. */
  timeZone?: string;
  width?: number;
  height?: number;
  /** Asks pages for little motion: they are then spared the chime, too. */
  reducedMotion?: boolean;
}

export interface TestVisitor {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What has gone wrong on the pages so far: console errors, exceptions, requests to other hosts. */
  readonly complaints: string[];
}

export interface TestBrowser {
  /** A new visitor, unknown to every page; `origin` is the only host they may talk to. */
  visitor(origin: string, options?: VisitorOptions): Promise<TestVisitor>;
  /** A new visitor whose browser runs no scripts. */
  withoutScripts(origin: string): Promise<TestVisitor>;
  close(): Promise<void>;
}

export async function startBrowser(): Promise<TestBrowser> {
  const browser: Browser = await chromium.launch({ executablePath, headless: true, args: flags });
  const open = async (
    origin: string,
    { locale = 'en-GB', width = 1280, height = 900, timeZone, reducedMotion }: VisitorOptions,
    javaScriptEnabled: boolean,
  ): Promise<TestVisitor> => {
    const viewport = { width, height };
    const zone = timeZone === undefined ? {} : { timezoneId: timeZone };
    const motion = reducedMotion === true ? { reducedMotion: 'reduce' as const } : {};
    const own = { locale, viewport, javaScriptEnabled, ...zone, ...motion };
    const context = await browser.newContext(own);
    context.setDefaultTimeout(patienceMs);
    const page = await context.newPage();
    return { page, context, complaints: watch(page, origin) };
  };
  return {
    visitor: (origin, options = {}) => open(origin, options, true),
    withoutScripts: (origin) => open(origin, {}, false),
    close: () => browser.close(),
  };
}

function watch(page: Page, origin: string): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`exception: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') {
      complaints.push(`${message.type()}: ${message.text()} at ${message.location().url}`);
    }
  });
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !url.startsWith('data:'))
      complaints.push(`went to ${url}`);
  });
  return complaints;
}
