/**
 * Making a sale in three steps, each a plain form. Before there is a draft, what was typed goes along in the address
 * and in fields that nobody sees; from the second step on the draft in SQL has it.
 */
import { type Context, Hono } from 'hono';
import * as v from 'valibot';
import { payWindowDefaultMs } from '../../../../../actors/limits.ts';
import { code } from '../../../../../actors/protocol.ts';
import { sha256 } from '../../../../../actors/sha256.ts';
import type { PromoRow } from '../../../../db/sql.ts';
import {
  draftPromo,
  editPromo,
  newPromoSchema,
  promoChangesSchema,
  queueOpensAt,
} from '../../../../shop/draft-promo.ts';
import { done, type Outcome } from '../../../../shop/outcome.ts';
import { isPublished, promoState } from '../../../../shop/promo-state.ts';
import { warningsOf } from '../../../../shop/promo-warnings.ts';
import { itemIdOf } from '../../../../shop/read-item.ts';
import { actorName } from '../../../guard/admin.ts';
import { sameSiteOnly } from '../../../guard/who.ts';
import type { AppParts } from '../../../parts.ts';
import { formMax, type Values, valuesOf } from '../../../wire/form.ts';
import { failures } from '../../../wire/messages.ts';
import { listPath } from '../../item-list.tsx';
import type { View } from '../../layout.tsx';
import { namedMinuteText } from '../../minute-text.ts';
import { type Made, notFound, type PageMaker } from '../../page.tsx';
import { fill } from '../../texts.ts';
import { nextFullHour } from '../../zoned-time.ts';
import { whenInput, whoInput } from '../forms/form-data.ts';
import { makeItem } from '../forms/make-item.ts';
import { type FormRefusal, filledOf, submit } from '../forms/submit.ts';
import { empty, type Filled, here } from '../frame.tsx';
import { filledForm, pictureFormMax } from '../pictures/files.ts';
import { saleMoments } from './buyers-view.tsx';
import { chosenItem, itemsToChoose, namedSale, type Sale, saleOf } from './find.ts';
import { FixedPage } from './fixed.tsx';
import { type ChosenItem, draftPath, type Stage, stages } from './parts.tsx';
import { PreviewPage } from './preview.tsx';
import { editPath } from './terms.tsx';
import { Warnings } from './warnings.tsx';
import { WhatStep } from './what.tsx';
import { WhenStep, type WhenTerms } from './when.tsx';
import { WhoStep } from './who.tsx';
import { textsOfDrafts } from './words.ts';

export function draftPages(parts: AppParts, page: PageMaker) {
  const sameSite = sameSiteOnly(parts);
  const of = (make: (parts: AppParts, c: Context, view: View) => Promise<Made>) =>
    page((c, view) => make(parts, c, view));
  return (
    new Hono()
      .get('/sales/new', of(newSale))
      .post('/sales/new', sameSite, pictureFormMax(parts), of(newItem))
      // A refused form has the address it was sent to.
      .get('/sales', (c) => c.redirect('/admin/sales/new', 303))
      .post('/sales', sameSite, formMax, of(create))
      .get('/sales/:id{[0-9]+}/edit', of(edit))
      .post('/sales/:id{[0-9]+}/edit', sameSite, formMax, of(save))
      .get('/sales/:id{[0-9]+}/preview', of(preview))
  );
}

/** What of an address or a form belongs to the second step, and is carried past the first. */
const carriedFields = new Set([
  ...['key', 'name', 'price', 'limitPerUser', 'payWindow', 'payWindowUnit'],
  ...['startAt', 'startAtZone', 'startAtShown', 'endAt', 'endAtZone', 'endAtShown'],
]);

function carriedOf(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([name]) => carriedFields.has(name)));
}

/** The first step, or the second where an item is named. */
async function newSale(parts: AppParts, c: Context, view: View): Promise<Made> {
  const values = c.req.query();
  const carried = carriedOf(values);
  const chosen = await chosenItem(parts, values.item);
  if (chosen === null || values.step === 'what') {
    const isGone = chosen === null && values.item !== undefined && values.item !== '';
    return whatStep(parts, c, view, { chosen, carried, isGone });
  }
  return { page: newWhenStep(view, chosen, { ...empty, values: carried }) };
}

interface WhatShown {
  sale?: PromoRow | null;
  chosen: ChosenItem | null;
  carried?: Values;
  newItem?: Filled;
  isGone?: boolean;
  isMade?: boolean;
}

async function whatStep(
  parts: AppParts,
  c: Context,
  view: View,
  { sale = null, chosen, carried = {}, newItem = empty, isGone, isMade }: WhatShown,
): Promise<{ page: Exclude<Made, Response>['page'] }> {
  const own = textsOfDrafts(view);
  const list = await itemsToChoose(parts, c, chosen);
  const notice = isGone
    ? { text: own.gone, isError: true }
    : isMade
      ? { text: own.what.made, isError: false }
      : null;
  const props = { draft: sale?.id ?? null, list, chosen: chosen?.item.id ?? 0 };
  const page = (
    <WhatStep {...props} view={view} carried={carried} newItem={newItem} notice={notice} />
  );
  return { page };
}

/** Makes an item in the first step; the sale goes on with it. */
async function newItem(parts: AppParts, c: Context, view: View): Promise<Made> {
  const { values: sent, files } = await filledForm(c);
  const { carried: told = '', sale = '', ...values } = sent;
  const carried = carriedFrom(told);
  const { id, filled, status } = await makeItem(parts, c, view, { values, files });
  if (filled !== null) {
    const promo = sale === '' ? null : await parts.sql.catalog.promo(Number(sale) || 0);
    const shown = { sale: promo, chosen: null, carried, newItem: filled };
    const { page } = await whatStep(parts, c, here(view, '/admin/sales/new'), shown);
    return { page, status };
  }
  const next = /^\d{1,9}$/.test(sale)
    ? `${editPath(Number(sale), 'what')}&item=${id}`
    : listPath('/admin/sales/new', { ...carried, item: String(id) });
  return c.redirect(next, 303);
}

const carriedSchema = v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.string()));

function carriedFrom(text: string): Values {
  const read = v.safeParse(carriedSchema, text);
  return read.success ? carriedOf(read.output) : {};
}

function newWhenStep(view: View, chosen: ChosenItem, filled: Filled) {
  const startAt = nextFullHour(view.now, view.timeZone);
  const terms: WhenTerms = {
    ...{ name: textsOfDrafts(view).when.nameDefault, price: null, limitPerUser: 1 },
    ...{ startAt, endAt: startAt + 3_600_000, payWindowS: payWindowDefaultMs / 1_000 },
  };
  const props = { draft: null, chosen, terms, filled, warnings: null };
  return <WhenStep view={view} {...props} />;
}

/**
 * The second step makes the draft. The same form again, after a second click or from the browser's history, changes
 * the draft that it has made.
 */
async function create(parts: AppParts, c: Context, view: View): Promise<Made> {
  const values = await valuesOf(c);
  const { item = '', key = '' } = values;
  const name = key === '' ? null : `sale ${actorName(c)} ${sha256(key)}`;
  const input = { itemId: itemIdOf(item), ...whenInput(values, view) };
  const form = { schema: newPromoSchema, input };
  const { value: promo, refused } = await submit(parts, c, form, (draft) =>
    draftPromo(parts, draft, name),
  );
  if (refused === null) {
    const changed = await change(parts, c, promo.id, input);
    if (changed === null) return c.redirect(editPath(promo.id, 'who'), 303);
    return refusedStep(parts, c, view, { id: promo.id, stage: 'when', values, refused: changed });
  }
  const chosen = await chosenItem(parts, item);
  if (chosen === null) return c.redirect(listPath('/admin/sales/new', { item: item || '0' }), 303);
  const at = here(view, listPath('/admin/sales/new', { item }));
  const page = newWhenStep(at, chosen, filledOf(view, values, refused));
  return { page, status: failures[refused.code].status };
}

const isStage = (text: string | undefined): text is Stage => stages.some((each) => each === text);

async function edit(parts: AppParts, c: Context, view: View): Promise<Made> {
  const sale = await namedSale(parts, c);
  if (sale === null) return notFound(view);
  const { promo } = sale;
  if (isPublished(promo, parts.board)) {
    const state = promoState(promo, parts.board, view.now);
    const page = <FixedPage view={view} promo={promo} state={state} />;
    return { page, status: failures[code.wrongState].status };
  }
  const { step, item } = c.req.query();
  const stage = isStage(step) ? step : 'what';
  if (stage !== 'what') return { page: await stepOf(parts, stage, view, sale, empty) };
  const made = await chosenItem(parts, item);
  const chosen = made ?? sale.chosen;
  return whatStep(parts, c, view, { sale: promo, chosen, isMade: made !== null });
}

async function stepOf(
  parts: AppParts,
  stage: 'when' | 'who',
  view: View,
  { promo, chosen }: Sale,
  filled: Filled,
) {
  const shown = { view, promo, warnings: await warningsOf(parts, promo), stage };
  const props = { view, chosen, filled, warnings: <Warnings {...shown} /> };
  if (stage === 'who') return <WhoStep {...props} promo={promo} />;
  return <WhenStep {...props} draft={promo.id} terms={promo} />;
}

/** Keeps what a step says, and goes on to the next one or back. */
async function save(parts: AppParts, c: Context, view: View): Promise<Made> {
  const sale = await namedSale(parts, c);
  if (sale === null) return notFound(view);
  const { id } = sale.promo;
  const values = await valuesOf(c);
  const stage = isStage(values.step) ? values.step : 'what';
  const inputs = {
    what: () => ({ itemId: itemIdOf(values.item) }),
    when: () => whenInput(values, view),
    who: () => whoInput(values, view),
  };
  const refused = await change(parts, c, id, inputs[stage]());
  if (refused === null) return c.redirect(after(stage, id, values.go === 'back'), 303);
  return refusedStep(parts, c, view, { id, stage, values, refused });
}

interface RefusedStep {
  id: number;
  stage: Stage;
  values: Values;
  refused: FormRefusal;
}

/** The step as it was sent, with what is wrong. */
async function refusedStep(
  parts: AppParts,
  c: Context,
  view: View,
  { id, stage, values, refused }: RefusedStep,
): Promise<Made> {
  const sale = await saleOf(parts, id);
  if (sale === null) return notFound(view);
  // It was published meanwhile: that page says so.
  if (refused.code === code.wrongState) return c.redirect(editPath(id, stage), 303);
  const at = here(view, editPath(id, stage));
  const { status } = failures[refused.code];
  if (stage === 'what') {
    const shown = { sale: sale.promo, chosen: sale.chosen, isGone: true };
    return { ...(await whatStep(parts, c, at, shown)), status };
  }
  const filled = filledOf(view, values, refused);
  if (stage === 'when' && refused.fields.includes('queueOpenAt')) {
    const time = namedMinuteText(queueOpensAt(sale.promo), view);
    filled.errors = { startAt: fill(textsOfDrafts(view).when.afterOpening, { time }) };
  }
  return { page: await stepOf(parts, stage, at, sale, filled), status };
}

function after(stage: Stage, id: number, isBack: boolean): string {
  if (stage === 'who') return isBack ? editPath(id, 'when') : `${draftPath(id)}/preview`;
  const next = stage === 'what' ? 'when' : 'who';
  return editPath(id, isBack ? 'what' : next);
}

/** Null where the draft was changed. */
async function change(
  parts: AppParts,
  c: Context,
  id: number,
  input: unknown,
): Promise<FormRefusal | null> {
  let fields: string[] = [];
  const form = { schema: promoChangesSchema, input };
  const { refused } = await submit(parts, c, form, async (changes): Promise<Outcome<unknown>> => {
    const edited = await editPromo(parts, id, changes);
    if (edited.wrong === null) return edited;
    fields = Object.keys(edited.wrong);
    return done(null);
  });
  return fields.length > 0 ? { code: 10001, fields, about: 0 } : refused;
}

async function preview(parts: AppParts, c: Context, view: View): Promise<Made> {
  const sale = await namedSale(parts, c);
  if (sale === null) return notFound(view);
  if (isPublished(sale.promo, parts.board)) return c.redirect(draftPath(sale.promo.id), 303);
  const moment = saleMoments.find((each) => each === c.req.query('as')) ?? 'before';
  const warnings = await warningsOf(parts, sale.promo);
  return { page: <PreviewPage view={view} {...sale} warnings={warnings} moment={moment} /> };
}
