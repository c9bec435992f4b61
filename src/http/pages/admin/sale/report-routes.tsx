/** The report of a sale: its page, its document, and what has it made. */
import { type Context, Hono } from 'hono';
import * as v from 'valibot';
import { promoIdMax } from '../../../../../actors/limits.ts';
import type { ItemRow, PromoRow } from '../../../../db/sql.ts';
import { interrupted } from '../../../../reports/report-files.ts';
import { idField } from '../../../../shop/input.ts';
import { sameSiteOnly } from '../../../guard/who.ts';
import type { AppParts } from '../../../parts.ts';
import { formMax } from '../../../wire/form.ts';
import type { View } from '../../layout.tsx';
import { type Made, notFound, type PageMaker } from '../../page.tsx';
import { fill } from '../../texts.ts';
import { here } from '../frame.tsx';
import { ReportPage } from './report.tsx';
import { saleTexts } from './sale-texts.ts';

/**
 * The document is one file with its style in it, and no script. What of buyers and merchants is in it could not do
 * anything there, nor in the name of this site.
 */
const documentPolicy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:";

const promoIdSchema = idField(promoIdMax);

export function reportPages(parts: AppParts, page: PageMaker) {
  const shown = page((c, view) => showReport(parts, c, view, null));
  const made = page((c, view) => makeReport(parts, c, view));
  const document = page((c, view) => showDocument(parts, c, view));
  return new Hono()
    .get('/sales/:id{[0-9]+}/report', shown)
    .get('/sales/:id{[0-9]+}/report/document', document)
    .post('/sales/:id{[0-9]+}/report', sameSiteOnly(parts), formMax, made);
}

async function soldOf(
  { sql }: AppParts,
  c: Context,
): Promise<{ promo: PromoRow; item: ItemRow } | null> {
  const id = v.safeParse(promoIdSchema, c.req.param('id'));
  const promo = id.success ? await sql.catalog.promo(id.output) : null;
  const item = promo === null ? null : await sql.catalog.item(promo.itemId);
  return promo === null || item === null ? null : { promo, item };
}

async function showReport(
  parts: AppParts,
  c: Context,
  view: View,
  trouble: string | null,
): Promise<Made> {
  const sold = await soldOf(parts, c);
  if (sold === null) return notFound(view);
  const state = parts.reports.stateOf(sold.item.id);
  const props = { ...sold, state, trouble, interrupted };
  const visited = here(view, `/admin/sales/${sold.promo.id}/report`);
  const page = <ReportPage view={visited} {...props} />;
  return { page, status: trouble === null ? 200 : 503 };
}

async function makeReport(parts: AppParts, c: Context, view: View): Promise<Made> {
  const sold = await soldOf(parts, c);
  if (sold === null) return notFound(view);
  // That another one is being made its page says.
  const { why } = await parts.reports.begin(sold.item.id);
  if (why === null) return c.redirect(`/admin/sales/${sold.promo.id}/report`, 303);
  const { failed } = saleTexts[view.visitor.language].report;
  return showReport(parts, c, view, fill(failed, { why }));
}

async function showDocument(parts: AppParts, c: Context, view: View): Promise<Made> {
  const sold = await soldOf(parts, c);
  const document = sold === null ? null : parts.reports.document(sold.item.id);
  if (sold === null || document === null) return notFound(view);
  const isDownload = c.req.query('download') !== undefined;
  const name = `report-item-${sold.item.id}.html`;
  return new Response(document, {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-disposition': `${isDownload ? 'attachment' : 'inline'}; filename="${name}"`,
      'content-security-policy': documentPolicy,
    },
  });
}
