/**
 * The pages of accounts, and what their forms do. The services are those of the API. Whoever has
 * registered or set a password has proved who they are, and is logged in.
 */
import { type Context, Hono } from 'hono';
import type { UserRow } from '../../../../db/sql.ts';
import {
  byCodeSchema,
  byPasswordSchema,
  newPasswordSchema,
  registrationSchema,
} from '../../../../shop/people/input.ts';
import { type LoggedIn, logIn, openSession } from '../../../../shop/people/log-in.ts';
import { setNewPassword } from '../../../../shop/people/new-password.ts';
import { agreed, type PeopleOutcome } from '../../../../shop/people/parts.ts';
import { register } from '../../../../shop/people/register.ts';
import { askerOf, endedCookieText, logInCookies } from '../../../guard/cookies.ts';
import { sameSiteOnly, sessionToken } from '../../../guard/who.ts';
import type { AppParts } from '../../../parts.ts';
import { formMax, valuesOf } from '../../../wire/form.ts';
import { refusalsForPeople } from '../../for-people.tsx';
import { pageHeaders } from '../../headers.ts';
import type { View } from '../../layout.tsx';
import type { Made, PageMaker } from '../../page.tsx';
import { sitePath } from '../../visitor.ts';
import { erasePages } from './erase.tsx';
import { CodeLogInPage, LogInPage, NewPasswordPage, RegisterPage } from './pages.tsx';
import { type AccountPath, accountPath, asksForCode, untouched } from './parts.tsx';
import { askForCode, type Sent, type Submitted, submit, tellWhen } from './submit.ts';

/** One page: how it looks, and what its form does. */
interface AccountPage {
  path: AccountPath;
  Page: typeof RegisterPage;
  submitted(parts: AppParts, c: Context, sent: Sent): Promise<Submitted<LoggedIn>>;
}

/** What the form of a log-in does; the schema says which of the two ways it is. */
function loggingIn(
  schema: typeof byPasswordSchema | typeof byCodeSchema,
): AccountPage['submitted'] {
  return (parts, c, sent) =>
    submit(parts, c, sent, {
      limit: 'logInByAddress',
      schema,
      input: (values) => values,
      service: (ask) => logIn(parts, ask, askerOf(c, parts)),
    });
}

const pages: readonly AccountPage[] = [
  {
    path: '/register',
    Page: RegisterPage,
    submitted: (parts, c, sent) =>
      submit(parts, c, sent, {
        limit: 'registrationByAddress',
        schema: registrationSchema,
        input: ({ age, ...values }) => ({ ...values, age: wholeNumber(age) }),
        service: async (person) =>
          proved(parts, c, await register(parts, person, askerOf(c, parts))),
      }),
  },
  { path: '/login', Page: LogInPage, submitted: loggingIn(byPasswordSchema) },
  { path: '/login/code', Page: CodeLogInPage, submitted: loggingIn(byCodeSchema) },
  {
    path: '/password',
    Page: NewPasswordPage,
    submitted: (parts, c, sent) =>
      submit(parts, c, sent, {
        limit: 'newPasswordByAddress',
        schema: newPasswordSchema,
        input: (values) => values,
        service: async (wanted) =>
          proved(parts, c, await setNewPassword(parts, wanted, askerOf(c, parts))),
      }),
  },
];

export function accountPages(parts: AppParts, page: PageMaker) {
  const routes = new Hono();
  const sameSite = sameSiteOnly(parts);
  const forPeople = refusalsForPeople(page);
  for (const each of pages) {
    routes.get(
      each.path,
      pageHeaders,
      page((c, view) => shown(c, view, each)),
    );
    const sent = page((c, view) => answered(parts, c, view, each));
    routes.post(each.path, forPeople, sameSite, formMax, pageHeaders, sent);
  }
  return routes
    .route('/', erasePages(parts, page))
    .post('/log-out', forPeople, sameSite, async (c) => {
      const token = sessionToken(c);
      if (token !== null) await parts.sessions.close(token);
      c.header('set-cookie', endedCookieText(parts.site.isSecure(c.req.raw)), { append: true });
      return c.redirect('/', 303);
    });
}

/** Users who are logged in are sent on to where they were going, unless they want a new password. */
function shown(c: Context, view: View, { path, Page }: AccountPage): Made {
  const next = sitePath(c.req.query('next'));
  return view.visitor.userId === null || path === '/password'
    ? { page: <Page view={view} next={next} state={untouched} /> }
    : c.redirect(next, 303);
}

async function answered(
  parts: AppParts,
  c: Context,
  view: View,
  { path, Page, submitted }: AccountPage,
): Promise<Made> {
  const next = sitePath(c.req.query('next'));
  const values = await valuesOf(c);
  const sent = { view, values };
  const asks = path !== '/login' && values[asksForCode.name] === asksForCode.value;
  const { value, again } = asks
    ? { value: null, again: await askForCode(parts, c, sent) }
    : await submitted(parts, c, sent);
  if (again !== null) {
    tellWhen(c, again);
    // Links back to the form lead to the page, without what was filled in.
    const visitor = { ...view.visitor, path: accountPath(path, next) };
    const page = <Page view={{ ...view, visitor }} next={next} state={again.state} />;
    return { page, status: again.status };
  }
  for (const cookie of logInCookies(parts.site.isSecure(c.req.raw), value)) {
    c.header('set-cookie', cookie, { append: true });
  }
  return c.redirect(next, 303);
}

async function proved(
  parts: AppParts,
  c: Context,
  { value: user, refused }: PeopleOutcome<UserRow>,
): Promise<PeopleOutcome<LoggedIn>> {
  if (refused !== null) return { value: null, refused };
  return agreed(await openSession(parts, user, askerOf(c, parts)));
}

function wholeNumber(text = ''): number | null {
  return /^\s*\d{1,3}\s*$/.test(text) ? Number(text) : null;
}
