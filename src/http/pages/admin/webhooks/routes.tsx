/** What the administrator sees of webhooks, and does about them. */
import { type Context, Hono } from 'hono';
import * as v from 'valibot';
import { type WebhookWishKind, webhookStates } from '../../../../db/webhooks.ts';
import { shownWebhooks, webhooksPage, wishOfWebhooks } from '../../../../shop/webhooks/webhooks.ts';
import { sameSiteOnly } from '../../../guard/who.ts';
import type { AppParts } from '../../../parts.ts';
import { formMax, valuesOf } from '../../../wire/form.ts';
import { failures } from '../../../wire/messages.ts';
import { listPath } from '../../item-list.tsx';
import type { View } from '../../layout.tsx';
import { type Made, notFound, type PageMaker } from '../../page.tsx';
import { attempt } from '../forms/submit.ts';
import { here } from '../frame.tsx';
import { WebhooksPageOf, webhooksPath } from './webhooks.tsx';
import { webhooksTexts } from './webhooks-texts.ts';

/** The last part of a form's address. */
const wishes: Record<string, WebhookWishKind> = {
  again: 'again',
  all: 'all',
  'go-on': 'goOn',
  test: 'test',
};

const showSchema = v.fallback(v.picklist(webhookStates), 'waiting');
const doneSchema = v.fallback(v.nullish(v.picklist(Object.values(wishes)), null), null);

export function webhookPages(parts: AppParts, page: PageMaker) {
  const sameSite = sameSiteOnly(parts);
  const list = page((c, view) => show(parts, c, view, null));
  const wished = page((c, view) => wish(parts, c, view));
  return (
    new Hono()
      .get('/webhooks', list)
      // A refused form has the address it was sent to.
      .get('/webhooks/:wish', (c) => c.redirect(webhooksPath, 303))
      .post('/webhooks/:wish', sameSite, formMax, wished)
  );
}

/** What went wrong, with the status of the answer. */
interface Trouble {
  text: string;
  status: (typeof failures)[keyof typeof failures]['status'];
}

async function show(
  parts: AppParts,
  c: Context,
  view: View,
  trouble: Trouble | null,
): Promise<Made> {
  const own = webhooksTexts[view.visitor.language];
  const { cursor = null, ...query } = c.req.query();
  const list = v.parse(showSchema, query.show);
  const kind = v.parse(doneSchema, query.done);
  const [shown, listed] = await Promise.all([
    shownWebhooks(parts),
    webhooksPage(parts, list, trouble === null ? cursor : null),
  ]);
  if (listed === null) return c.redirect(webhooksPath, 303);
  const good = kind === null ? null : { text: own.done[kind], isError: false };
  const notice = trouble === null ? good : { text: trouble.text, isError: true };
  const made = (
    <WebhooksPageOf
      view={here(view, webhooksPath)}
      shown={shown}
      list={list}
      page={listed}
      isFirst={cursor === null}
      notice={notice}
    />
  );
  return { page: made, status: trouble?.status ?? 200 };
}

async function wish(parts: AppParts, c: Context, view: View): Promise<Made> {
  const kind = wishes[c.req.param('wish') ?? ''];
  if (kind === undefined) return notFound(view);
  const { event = null, show: list } = await valuesOf(c);
  const { refused } = await attempt(parts, c, () => wishOfWebhooks(parts, kind, event));
  if (refused === null) {
    const shown = v.parse(showSchema, list);
    const query = { show: shown === 'waiting' ? null : shown, done: kind };
    return c.redirect(listPath(webhooksPath, query), 303);
  }
  const { language } = view.visitor;
  const own = webhooksTexts[language];
  const known: Partial<Record<number, string>> = { 10005: own.gone, 30011: own.notSet };
  const { [refused.code]: text = failures[refused.code][language] } = known;
  return show(parts, c, view, { text, status: failures[refused.code].status });
}
