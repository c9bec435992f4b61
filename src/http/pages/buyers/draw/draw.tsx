/** `/items/:id/draw/:promoId`: what a draw is, who has which place in it, and how anyone checks it. */
import type { Child } from 'hono/jsx';
import type { Draw } from '../../../../db/draws.ts';
import type { OwnPlace } from '../../../../shop/draw/draws.ts';
import { Layout, logInPath, type View } from '../../layout.tsx';
import { namedMinuteText } from '../../minute-text.ts';
import { fill } from '../../texts.ts';
import { type DrawTexts, drawScriptTexts, drawTexts } from './draw-texts.ts';
import { labelRecipe, orderRecipe } from './recipes.ts';

export interface DrawPageProps {
  view: View;
  draw: Draw;
  item: { id: number; title: string };
  promo: { name: string; startAt: number; withdrawnAt: number | null };
  /** How the visitor takes part; null where they do not, or are not logged in. */
  own: OwnPlace | null;
  /** The shop's address, as `https://shop.example.com`. */
  origin: string;
}

export function DrawPage(props: DrawPageProps) {
  const { view, draw, item, promo, own, origin } = props;
  const texts = drawTexts[view.visitor.language];
  const { promoId, commitment } = draw;
  const isHeld = draw.drawnAt !== null;
  const at = promo.withdrawnAt === null ? promo.startAt : null;
  const { userId } = view.visitor;
  return (
    <Layout
      view={view}
      title={fill(texts.of, { promo: promo.name })}
      description={texts.lead}
      isListed={false}
      script="draw.js"
      ownStyles={['draw.css']}
      noScript={isHeld ? texts.noScript : null}
      data={{
        draw: { promoId, commitment, isHeld, at },
        own: own === null ? null : ownData(draw, userId!, own),
        drawTexts: drawScriptTexts[view.visitor.language],
      }}
    >
      <article class="draw">
        <div>
          <p class="eyebrow">{promo.name}</p>
          <h1>{texts.title}</h1>
          <p class="lead">{texts.lead}</p>
          <p>
            <a href={`/items/${item.id}`}>{fill(texts.back, { item: item.title })}</a>
          </p>
        </div>
        <Yours {...props} texts={texts} />
        {isHeld && <Check texts={texts} isOwn={own !== null} />}
        <Facts view={view} draw={draw} promo={promo} texts={texts} />
        <Ways texts={texts} />
        {isHeld && (
          <details>
            <summary>{texts.elsewhere}</summary>
            <p>{texts.elsewhereText}</p>
            <Recipe text={orderRecipe(origin, draw)} />
            {own !== null && (
              <>
                <p>{texts.elsewhereLabel}</p>
                <Recipe text={labelRecipe(promoId, userId!, own.nonce)} />
              </>
            )}
          </details>
        )}
      </article>
    </Layout>
  );
}

/** What the script checks. */
function ownData({ promoId }: Draw, user: number, { nonce, label, drawn }: OwnPlace) {
  return { promo: promoId, user, nonce, label, place: drawn?.place ?? null };
}

/** Lines that are wider than a phone are moved by keyboard too. */
function Recipe({ text }: { text: string }) {
  return (
    <pre tabindex={0}>
      <code translate="no">{text}</code>
    </pre>
  );
}

function Yours({ view, draw, own, promo, texts }: DrawPageProps & { texts: DrawTexts }) {
  const { visitor } = view;
  return (
    <section class="own" aria-labelledby="yours">
      <h2 id="yours">{texts.yours}</h2>
      {visitor.userId === null ? (
        <p>
          <a href={logInPath('/login', visitor)}>{texts.logInToSee}</a>
        </p>
      ) : own === null ? (
        <p>{texts.notIn}</p>
      ) : (
        <>
          {own.drawn !== null && (
            <>
              <p class="place">
                {fill(texts.place, { place: own.drawn.place, n: own.drawn.entrants })}
              </p>
              <p class="hint">{texts.placeHint}</p>
            </>
          )}
          {own.drawn === null && promo.withdrawnAt === null && <p>{texts.placeAfter}</p>}
          <dl>
            <Fact name={texts.yourLabel}>
              <code>{own.label}</code>
            </Fact>
            <Fact name={texts.madeOf}>
              <code>{`${draw.promoId}:${visitor.userId}:${own.nonce}`}</code>
            </Fact>
          </dl>
        </>
      )}
    </section>
  );
}

function Check({ texts, isOwn }: { texts: DrawTexts; isOwn: boolean }) {
  const ownSteps = ['label', 'among', 'place'];
  const steps = Object.entries(texts.steps).filter(([step]) => isOwn || !ownSteps.includes(step));
  return (
    <section aria-labelledby="checking">
      <h2 id="checking">{texts.check}</h2>
      <p>{texts.checkLead}</p>
      <button type="button" class="primary" id="check" hidden>
        {isOwn ? texts.checkOwn : texts.checkAll}
      </button>
      <ol class="steps">
        {steps.map(([step, text]) => (
          <li data-step={step} data-state="open">
            {text} <span class="badge" data-mark></span>
            <span class="hint" data-beside></span>
          </li>
        ))}
      </ol>
      <progress id="progress" max="1" value="0" aria-label={texts.progress} hidden></progress>
      <p class="message" id="message" role="status" aria-live="polite"></p>
    </section>
  );
}

function Facts({
  view,
  draw,
  promo,
  texts,
}: Pick<DrawPageProps, 'view' | 'draw' | 'promo'> & { texts: DrawTexts }) {
  const { commitment, secret, seed, drawnAt } = draw;
  const at = drawnAt ?? promo.startAt;
  return (
    <section id="facts" aria-labelledby="facts-title">
      <h2 id="facts-title">{texts.facts}</h2>
      {drawnAt === null && promo.withdrawnAt !== null && <p>{texts.notHeld}</p>}
      <dl>
        {(drawnAt !== null || promo.withdrawnAt === null) && (
          <Fact name={drawnAt === null ? texts.drawAt : texts.drawnAt}>
            <time datetime={new Date(at).toISOString()}>{namedMinuteText(at, view)}</time>
          </Fact>
        )}
        <Fact name={texts.commitment}>
          <code>{commitment}</code>
        </Fact>
        {secret !== null && (
          <Fact name={texts.secret}>
            <code>{secret}</code>
          </Fact>
        )}
        {seed !== null && (
          <Fact name={texts.seed}>
            <code>{seed}</code>
          </Fact>
        )}
      </dl>
      {drawnAt === null && <p class="hint" id="kept" role="status"></p>}
    </section>
  );
}

function Fact({ name, children }: { name: string; children: Child }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Ways({ texts }: { texts: DrawTexts }) {
  return (
    <section aria-labelledby="ways">
      <h2 id="ways">{texts.ways}</h2>
      <dl class="ways">
        <Fact name={texts.before}>{texts.beforeText}</Fact>
        <Fact name={texts.joining}>{texts.joiningText}</Fact>
        <Fact name={texts.after}>{texts.afterText}</Fact>
      </dl>
      <p>{texts.limits}</p>
    </section>
  );
}
