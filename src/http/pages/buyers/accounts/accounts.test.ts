/** The pages of accounts, as people use them: with a script, without one, and before it has come. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { temporaryFolder, waitUntil } from '../../../../../actors/testing/process.ts';
import { startBrowser, type TestBrowser } from '../../../../testing/browser.ts';
import { adminToken, mustSucceed } from '../../../../testing/engine-process.ts';
import { newTelephone, password, type Shop, startShop } from '../../../../testing/shop.ts';

setDefaultTimeout(240_000);

const folder = temporaryFolder();
const another = 'another long and winding road';
let shop: Shop;
let browser: TestBrowser;

beforeAll(async () => {
  const options = { dataDir: folder.path, env: { TRUSTED_PROXIES: '127.0.0.1' } };
  [shop, browser] = await Promise.all([startShop(options), startBrowser()]);
});

afterAll(async () => {
  await browser.close();
  await shop.stop();
  folder.remove();
});

const url = (path: string) => shop.engine.url + path;

/** Sends a form as a browser without a script does; `address` as the proxy tells it. */
function post(path: string, fields: Record<string, string>, headers: Record<string, string> = {}) {
  const body = new URLSearchParams(fields);
  const from = { 'x-forwarded-for': '192.0.2.1', origin: shop.engine.url, ...headers };
  return fetch(url(path), { method: 'POST', body, headers: from, redirect: 'manual' });
}

/** Every page there is: for strangers, for a buyer, for the administrator. */
async function everyPage(): Promise<[string, string][]> {
  const buyer = await shop.buyer();
  const { itemId } = await shop.engine.sale({ limitPerUser: 3 });
  const admin = await post('/admin/login', { token: adminToken });
  const cookies = {
    nobody: '',
    buyer: `session=${buyer.session}`,
    admin: admin.headers.getSetCookie()[0]!.split(';')[0]!,
  };
  const shopPages = ['/', `/items/${itemId}`, '/docs', '/nowhere-at-all', '/items/131071'];
  const accounts = ['/register', '/login', '/login/code', '/password', '/admin/login'];
  const adminPages = ['/items', '/items/new', '/search', `/items/${itemId}`].map(
    (path) => `/admin${path}`,
  );
  const visits = [
    ...[...shopPages, ...accounts].map((path) => ['nobody', path] as const),
    ...[...shopPages, '/orders', '/account/delete', '/password'].map(
      (path) => ['buyer', path] as const,
    ),
    ...adminPages.map((path) => ['admin', path] as const),
  ];
  const pages: [string, string][] = [];
  for (const [who, path] of visits) {
    const response = await fetch(url(path), {
      headers: { cookie: cookies[who], accept: 'text/html' },
    });
    expect([path, response.redirected]).toEqual([path, false]);
    pages.push([path, await response.text()]);
  }
  for (const path of accounts.slice(0, -1)) pages.push([path, await (await post(path, {})).text()]);
  return pages;
}

describe('a form', () => {
  test('is sent by POST on every page, unless it is a search, which asks for nothing secret', async () => {
    let forms = 0;
    for (const [path, html] of await everyPage()) {
      expect([path, html.match(/formmethod|formaction/)]).toEqual([path, null]);
      for (const [form, attributes] of html.matchAll(/<form\b([^>]*)>[\s\S]*?<\/form>/g)) {
        forms++;
        if (/\bmethod="post"/.test(attributes!)) continue;
        const names = [...form.matchAll(/\bname="([^"]*)"/g)].map(([, name]) => name);
        expect([path, names]).toEqual([path, expect.not.arrayContaining(['token', 'password'])]);
        expect([path, form]).toEqual([path, expect.stringMatching(/class="(search|find)"/)]);
        expect([path, form]).toEqual([path, expect.not.stringMatching(/type="(password|tel)"/)]);
      }
      const secrets = (text: string) => text.match(/<input\b[^>]*type="(password|tel)"/g) ?? [];
      const inForms = html.match(/<form\b[\s\S]*?<\/form>/g)?.join('') ?? '';
      expect([path, secrets(html)]).toEqual([path, secrets(inForms)]);
    }
    expect(forms).toBeGreaterThan(20);
  });

  test('from another site is refused', async () => {
    for (const path of [
      ...['/login', '/login/code', '/register', '/password', '/log-out', '/account/delete'],
    ]) {
      const fields = { telephone: newTelephone(), password };
      const crossing = { origin: 'https://evil.example' };
      expect([path, (await post(path, fields, crossing)).status]).toEqual([path, 403]);
      const fetched = { 'sec-fetch-site': 'cross-site' };
      expect([path, (await post(path, fields, fetched)).status]).toEqual([path, 403]);
    }
  });
});

describe('without a script', () => {
  test('a person registers, logs out, logs in by password, by code, and sets a new password', async () => {
    const context = await browser.withoutScripts(shop.engine.url);
    const { page } = context;
    const seen: string[] = [];
    page.on('request', (request) => seen.push(request.url()));
    const telephone = newTelephone();
    await page.goto(url('/register?next=/orders'));
    await page.fill('#telephone', ` ${telephone.slice(0, 6)} ${telephone.slice(6)}`);
    await page.click('#send-code');
    expect(await page.textContent('#message')).toBe('The code is on its way.');
    await page.fill('#otp', [...shop.gateway.codeOf(telephone)].join(' '));
    await page.fill('#name', 'Ada');
    await page.fill('#age', 'many');
    await page.getByLabel('Female').check();
    await page.fill('#password', password);
    await page.press('#password', 'Enter');
    expect(await page.textContent('#age-error')).toContain('whole number');
    expect(await page.inputValue('#name')).toBe('Ada');
    expect(await page.inputValue('#password')).toBe('');
    await page.fill('#age', '36');
    await page.fill('#password', password);
    await page.press('#password', 'Enter');
    await page.waitForURL(url('/orders'));
    await page.click('#log-out');
    await page.waitForURL(url('/'));

    await page.goto(url('/login?next=/orders'));
    await page.fill('#telephone', telephone);
    await page.fill('#password', 'a wrong password');
    await page.click('form .primary');
    expect(await page.textContent('#message')).toBe('Wrong telephone or password.');
    await page.fill('#password', password);
    await page.click('form .primary');
    await page.waitForURL(url('/orders'));
    await page.click('#log-out');

    const { session } = await shop.logIn(telephone);
    await page.goto(url('/login'));
    await page.click('text=Forgotten your password?');
    await page.fill('#telephone', telephone);
    await page.click('#send-code');
    await page.fill('#otp', shop.gateway.codeOf(telephone));
    await page.fill('#password', another);
    await page.click('form .primary');
    await page.waitForURL(url('/'));
    const headers = { authorization: `Bearer ${session}` };
    expect((await shop.call('GET', '/api/users/me', undefined, { headers })).errCode).toBe(20003);
    for (const address of seen) {
      for (const secret of [password, another, telephone.slice(3)]) {
        expect(decodeURIComponent(address)).not.toContain(secret);
      }
    }
    await context.context.close();
  });

  test('a code opens once, and says when it is used up', async () => {
    const { telephone } = await shop.buyer();
    const asked = await post('/login/code', { telephone, do: 'code' });
    expect([asked.status, await asked.text()]).toEqual([
      200,
      expect.stringContaining('The code is on its way.'),
    ]);
    const otp = shop.gateway.codeOf(telephone);
    const soon = await post('/login/code', { telephone, do: 'code' });
    expect(soon.status).toBe(429);
    expect(Number(soon.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await soon.text()).toMatch(/Ask for another in \d+ seconds?\./);
    const opened = await post('/login/code?next=/orders', { telephone, otp });
    expect([opened.status, opened.headers.get('location')]).toEqual([303, '/orders']);
    expect(opened.headers.getSetCookie().map((each) => each.split('=')[0])).toEqual([
      'session',
      'device',
    ]);
    const used = await post('/login/code', { telephone, otp }, { 'accept-language': 'zh' });
    expect([used.status, await used.text()]).toEqual([
      400,
      expect.stringContaining('该验证码已失效'),
    ]);
  });

  test('a person erases their account, who knows what that means and has the password', async () => {
    const buyer = await shop.buyer();
    const { page, context } = await browser.withoutScripts(shop.engine.url);
    await page.goto(url('/account/delete'));
    expect(page.url()).toBe(url('/login?next=%2Faccount%2Fdelete'));
    await page.fill('#telephone', buyer.telephone);
    await page.fill('#password', password);
    await page.click('form .primary');
    await page.goto(url('/orders'));
    await page.click('text=Delete my account');
    expect(await page.textContent('.effects')).toContain(`under the number ${buyer.userId} alone`);
    await page.fill('#password', 'a wrong password');
    await page.click('form .primary');
    expect(await page.textContent('#message')).toBe('Wrong password.');
    expect((await buyer.api('GET', '/api/users/me')).status).toBe(200);
    // Whoever has forgotten it comes back with a new one.
    await page.click('text=Forgotten your password?');
    expect(page.url()).toBe(url('/password?next=%2Faccount%2Fdelete'));
    await page.goto(url('/account/delete'));
    await page.fill('#password', password);
    await page.press('#password', 'Enter');
    await page.waitForURL(url('/account/deleted'));
    expect(await page.textContent('h1')).toBe('Your account is deleted');
    expect(await context.cookies()).toEqual([]);
    expect((await buyer.api('GET', '/api/users/me')).errCode).toBe(20003);
    const { telephone } = buyer;
    expect((await post('/login', { telephone, password })).status).toBe(401);
    await context.close();
  });

  test('a wrong password is told with the time to wait, and that a code opens at once', async () => {
    const { telephone } = await shop.buyer();
    const headers = { 'x-forwarded-for': '198.51.100.7' };
    for (let tries = 0; tries < 5; tries++) {
      const wrong = await post('/login', { telephone, password: `wrong ${tries}` }, headers);
      expect(wrong.status).toBe(401);
    }
    const refused = await post('/login', { telephone, password }, headers);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(60);
    const html = await refused.text();
    expect(html).toMatch(/Try again in \d+ (seconds|minutes), or log in with a code at once/);
    expect(html).not.toContain(password);
    const chinese = await post(
      '/login',
      { telephone, password },
      { ...headers, 'accept-language': 'zh' },
    );
    expect(await chinese.text()).toMatch(/请在\d+(秒钟|分钟)后再试，或立即使用验证码登录/);
  });

  test('a form that is too long, or no form, is no fault', async () => {
    expect((await post('/login', { telephone: 'x'.repeat(70_000) })).status).toBe(413);
    const response = await fetch(url('/login'), {
      method: 'POST',
      body: '{"telephone":1}',
      headers: { 'content-type': 'application/json', origin: shop.engine.url },
    });
    expect([response.status, response.headers.get('content-type')]).toEqual([
      400,
      'text/html; charset=UTF-8',
    ]);
  });
});

describe('before the script has come', () => {
  test('a password that is sent lands in no URL, and is not lost', async () => {
    const { telephone } = await shop.buyer();
    const { page, context } = await browser.visitor(shop.engine.url);
    const late = Promise.withResolvers<void>();
    await page.route('**/assets/*.js', async (route) => {
      await late.promise;
      await route.continue().catch(() => undefined); // The page that wanted it may be gone.
    });
    const seen: string[] = [];
    page.on('request', (request) => seen.push(request.url()));
    await page.goto(url('/login?next=/orders'), { waitUntil: 'commit' });
    await page.fill('#telephone', telephone);
    await page.fill('#password', password);
    await page.press('#password', 'Enter');
    await page.waitForURL(url('/orders'), { waitUntil: 'commit' });
    expect(seen.filter((address) => /winding|password=/.test(address))).toEqual([]);
    late.resolve();
    await context.close();
  });
});

describe('with a script', () => {
  const label = (page: Page) => page.textContent('#send-code');

  test('what is typed stays, and the wait between codes is for a number, not for the page', async () => {
    const { page, context, complaints } = await browser.visitor(shop.engine.url);
    const [first, second] = [newTelephone(), newTelephone()];
    await page.goto(url('/register'));
    await page.fill('#password', password);
    await page.fill('#telephone', first);
    await page.click('#send-code');
    await page.waitForSelector('#message:has-text("on its way")');
    await page.waitForSelector('#send-code:disabled:has-text("Again in")');
    expect(await page.inputValue('#password')).toBe(password);
    expect(await page.evaluate('document.activeElement.id')).toBe('otp');
    await page.fill('#telephone', second);
    await page.waitForSelector('#send-code:enabled:has-text("Send code")');
    await page.click('#send-code');
    await page.waitForSelector('#send-code:disabled:has-text("Again in")');
    await waitUntil('both were sent', () =>
      [first, second].every((each) => shop.gateway.messages.some((m) => m.telephone === each)),
    );
    await page.fill('#telephone', `${first.slice(0, 3)} ${first.slice(3)}`);
    await page.waitForSelector('#send-code:disabled:has-text("Again in")');
    await page.fill('#telephone', newTelephone());
    expect(await label(page)).toBe('Send code');
    // A number that was sent a code elsewhere: the page learns of the wait from the server.
    await page.reload();
    await page.fill('#telephone', first);
    await page.click('#send-code');
    await page.waitForSelector('#telephone-error:has-text("Ask for another in")');
    await page.waitForSelector('#send-code:disabled:has-text("Again in")');
    // The refusal is a 429, which the browser itself reports.
    expect(complaints.filter((each) => !each.includes('429'))).toEqual([]);
    await context.close();
  });

  test('without a connection the page says so, and keeps what was typed', async () => {
    const { page, context } = await browser.visitor(shop.engine.url);
    await page.goto(url('/login'));
    await page.fill('#telephone', newTelephone());
    await page.fill('#password', password);
    await context.setOffline(true);
    await page.click('form .primary');
    await page.waitForSelector('#message.error:has-text("No connection")');
    expect(await page.inputValue('#password')).toBe(password);
    await context.close();
  });

  test('an item page that is only watched keeps its session, and one whose session has ended says so', async () => {
    const buyer = await shop.buyer();
    const { itemId } = await shop.engine.sale({ startsInMs: 9_000_000, endsInMs: 9_900_000 });
    const { page, context, complaints } = await browser.visitor(shop.engine.url);
    await context.addCookies([{ name: 'session', value: buyer.session, url: shop.engine.url }]);
    await page.clock.install();
    await page.goto(url(`/items/${itemId}`));
    await page.waitForSelector('#buy');
    const used = page.waitForResponse('**/api/sessions');
    await page.clock.fastForward('11:30');
    expect((await used).status()).toBe(200);
    mustSucceed(await buyer.api('DELETE', '/api/sessions'));
    await page.clock.fastForward('11:30');
    await page.waitForSelector('text=Log in to buy');
    expect(complaints.filter((each) => !each.includes('401'))).toEqual([]);
    await context.close();
  });

  test('a link from another site finds the buyer logged in', async () => {
    const { telephone } = await shop.buyer();
    const { page, context } = await browser.visitor(shop.engine.url);
    await page.goto(url('/login?next=/orders'));
    await page.fill('#telephone', telephone);
    await page.fill('#password', password);
    await page.click('form .primary');
    await page.waitForURL(url('/orders'));
    // Another host is another site, also on one machine.
    const elsewhere = Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      fetch: () =>
        new Response(`<a href="${url('/orders')}">orders</a>`, {
          headers: { 'content-type': 'text/html' },
        }),
    });
    await page.goto(`http://localhost:${elsewhere.port}/`);
    await page.click('text=orders');
    await page.waitForURL(url('/orders'));
    await page.waitForSelector('#log-out');
    await elsewhere.stop(true);
    await context.close();
  });
});
