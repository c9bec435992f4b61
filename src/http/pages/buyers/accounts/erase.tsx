/**
 * `/account/delete`, which says what it means to erase one's account, and does it; `/account/deleted`. The API
 * needs a session alone. Here the password is asked for as well: a telephone may be lent, or left unlocked, and
 * what is erased is gone. Whoever has forgotten it sets a new one and comes back.
 */
import { type Context, Hono } from 'hono';
import * as v from 'valibot';
import { eraseByPassword } from '../../../../shop/people/erase.ts';
import { byPasswordSchema } from '../../../../shop/people/input.ts';
import { askerOf, forgettingCookies } from '../../../guard/cookies.ts';
import { sameSiteOnly } from '../../../guard/who.ts';
import type { AppParts } from '../../../parts.ts';
import { formMax, valuesOf } from '../../../wire/form.ts';
import { refusalsForPeople } from '../../for-people.tsx';
import { pageHeaders } from '../../headers.ts';
import { Layout, textsOf, type View } from '../../layout.tsx';
import type { Made, PageMaker } from '../../page.tsx';
import { fill } from '../../texts.ts';
import { logInFirst } from '../own-order.tsx';
import { eraseTexts } from './erase-texts.ts';
import {
  AccountFrame,
  type AccountProps,
  accountPath,
  accountTextsOf,
  erasePath,
  PasswordField,
  untouched,
} from './parts.tsx';
import { submit, tellWhen } from './submit.ts';

const erasedPath = '/account/deleted';

const proofSchema = v.pick(byPasswordSchema, ['password']);

const textsFor = ({ visitor }: View) => eraseTexts[visitor.language];

export function erasePages(parts: AppParts, page: PageMaker) {
  const shown = page((c, view) =>
    view.visitor.userId === null
      ? logInFirst(c, view)
      : { page: <ErasePage view={view} next="/" state={untouched} /> },
  );
  const sent = page((c, view) => answered(parts, c, view));
  const erased = page((_, view) => ({ page: <ErasedPage view={view} /> }));
  return new Hono()
    .get(erasePath, pageHeaders, shown)
    .post(erasePath, refusalsForPeople(page), sameSiteOnly(parts), formMax, pageHeaders, sent)
    .get(erasedPath, pageHeaders, erased);
}

async function answered(parts: AppParts, c: Context, view: View): Promise<Made> {
  const { userId } = view.visitor;
  if (userId === null) return logInFirst(c, view);
  const { wrongPassword, tooManyLogIns } = textsFor(view);
  const form = { view, values: await valuesOf(c), texts: { wrongPassword, tooManyLogIns } };
  const { again } = await submit(parts, c, form, {
    limit: 'logInByAddress',
    schema: proofSchema,
    input: (values) => values,
    service: ({ password }) => eraseByPassword(parts, { userId, password }, askerOf(c, parts)),
  });
  if (again !== null) {
    tellWhen(c, again);
    return { page: <ErasePage view={view} next="/" state={again.state} />, status: again.status };
  }
  for (const cookie of forgettingCookies(parts.site.isSecure(c.req.raw))) {
    c.header('set-cookie', cookie, { append: true });
  }
  return c.redirect(erasedPath, 303);
}

function ErasePage(props: AccountProps) {
  const { view, state } = props;
  const own = textsFor(view);
  const asides = (
    <>
      <p class="aside">
        <a href={accountPath('/password', erasePath)}>{accountTextsOf(view).forgotten}</a>
      </p>
      <p class="aside">
        <a href="/orders">{textsOf(view).myOrders}</a>
      </p>
    </>
  );
  return (
    <AccountFrame
      {...props}
      id="erase"
      path={erasePath}
      title={own.erase}
      lead={own.lead}
      submit={own.erase}
      asides={asides}
    >
      <ul class="effects">
        {own.effects.map((effect) => (
          <li>{fill(effect, { n: view.visitor.userId! })}</li>
        ))}
      </ul>
      <PasswordField
        label={textsOf(view).password}
        hint={own.proof}
        autocomplete="current-password"
        state={state}
      />
    </AccountFrame>
  );
}

function ErasedPage({ view }: { view: View }) {
  const own = textsFor(view);
  return (
    <Layout view={view} title={own.erased} description={own.erasedLead} isListed={false}>
      <section class="account">
        <h1>{own.erased}</h1>
        <p class="lead">{own.erasedLead}</p>
        <p>
          <a class="primary" href="/">
            {textsOf(view).toHome}
          </a>
        </p>
      </section>
    </Layout>
  );
}
