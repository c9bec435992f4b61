/** What the page of keys does: as the API does it, with forms. */
import { type Context, Hono } from 'hono';
import { keyNameBytesMax, operatorName } from '../../../../operators/keyring.ts';
import { newKeySchema } from '../../../../operators/new-key.ts';
import { adminScope, scopes } from '../../../../operators/scopes.ts';
import { done } from '../../../../shop/outcome.ts';
import { actorName } from '../../../guard/admin.ts';
import { sameSiteOnly } from '../../../guard/who.ts';
import type { AppParts } from '../../../parts.ts';
import { formMax, type Values, valuesOf } from '../../../wire/form.ts';
import { failures } from '../../../wire/messages.ts';
import type { View } from '../../layout.tsx';
import { type Made, notFound, type PageMaker } from '../../page.tsx';
import { fill } from '../../texts.ts';
import { submitOnce } from '../forms/submit.ts';
import { type Filled, here } from '../frame.tsx';
import { KeysPage, MadeKeyPage } from './keys.tsx';
import { keysTexts } from './keys-texts.ts';

export function keyPages(parts: AppParts, page: PageMaker) {
  const sameSite = sameSiteOnly(parts);
  const list = page(async (c, view) => {
    const own = keysTexts[view.visitor.language];
    const notice = c.req.query('done') === undefined ? null : own.revoked;
    return { page: <KeysPage view={view} rows={await parts.sql.apiKeys.list()} notice={notice} /> };
  });
  return (
    new Hono()
      .get('/keys', list)
      // A form that was sent has the address of its action.
      .get('/keys/:id/revoke', (c) => c.redirect('/admin/keys', 303))
      .post(
        '/keys',
        sameSite,
        formMax,
        page((c, view) => make(parts, c, view)),
      )
      .post(
        '/keys/:id/revoke',
        sameSite,
        formMax,
        page((c, view) => revoke(parts, c, view)),
      )
  );
}

async function make(parts: AppParts, c: Context, view: View): Promise<Made> {
  const { keys } = parts;
  const values = await valuesOf(c);
  const isPerson = values.admin === 'on';
  const granted = isPerson ? [adminScope] : scopes.filter((scope) => values[scope] === 'on');
  const input = { name: values.name ?? '', scopes: granted };
  const form = { schema: newKeySchema, input, key: values.key };
  // What is kept for a form that is sent again is the attempt, not the key.
  const { value, refused } = await submitOnce(parts, c, form, async (key, given) => {
    const attempt = given ?? Bun.randomUUIDv7();
    const { id, name } = await keys.make(key, actorName(c), attempt);
    return done({ id, name, attempt });
  });
  if (refused === null) {
    const name = operatorName(value);
    const text = keys.textOf(value.attempt);
    const at = here(view, '/admin/keys');
    return { page: <MadeKeyPage view={at} name={name} text={text} isPerson={isPerson} /> };
  }
  const filled = filledOf(view, values, refused);
  const rows = await parts.sql.apiKeys.list();
  const which = isPerson ? { person: filled } : { program: filled };
  const at = here(view, '/admin/keys');
  return {
    page: <KeysPage view={at} rows={rows} notice={null} {...which} />,
    status: failures[refused.code].status,
  };
}

type Refused = NonNullable<Awaited<ReturnType<typeof submitOnce>>['refused']>;

function filledOf(view: View, values: Values, { code, fields }: Refused): Filled {
  const { language } = view.visitor;
  const own = keysTexts[language];
  const wrong = (name: string) => fields.some((field) => field.startsWith(name));
  const errors = {
    ...(wrong('name') ? { name: fill(own.nameWrong, { n: keyNameBytesMax }) } : {}),
    ...(wrong('scopes') ? { scopes: own.scopesWrong } : {}),
  };
  const isMarked = Object.keys(errors).length > 0;
  return { values, errors, message: isMarked ? null : failures[code][language] };
}

async function revoke({ sql, clock }: AppParts, c: Context, view: View): Promise<Made> {
  const id = Number(c.req.param('id'));
  const row = Number.isSafeInteger(id) ? await sql.apiKeys.revoke(id, clock(), actorName(c)) : null;
  return row === null ? notFound(view) : c.redirect('/admin/keys?done=revoke', 303);
}
