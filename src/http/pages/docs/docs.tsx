/** `/docs`: the API reference for people, from the same list of routes as `/openapi.json`. */
import { describedRoutes } from '../../reference/described-routes.ts';
import type { Reference } from '../../reference/reference.ts';
import { errorCodes, failures } from '../../wire/messages.ts';
import { Layout, type View } from '../layout.tsx';
import { type DocsTexts, docsTexts } from './docs-texts.ts';
import { Codes, Example } from './parts.tsx';
import { anchorOf, RouteSection } from './route-section.tsx';

export function DocsPage({ view, reference }: { view: View; reference: Reference }) {
  const { language } = view.visitor;
  const own: DocsTexts = docsTexts[language];
  return (
    <Layout view={view} title={own.title} description={own.lead} ownStyles={['docs.css']}>
      <div class="heading">
        <div>
          <h1>{own.title}</h1>
          <p class="lead">
            {own.lead} <a href="/openapi.json">openapi.json</a>
          </p>
        </div>
      </div>
      <div class="docs">
        <Contents own={own} />
        <div class="docs-body">
          <Envelope own={own} />
          {describedRoutes.map((route) => (
            <RouteSection
              route={route}
              input={reference.inputOf(route)}
              own={own}
              language={language}
            />
          ))}
          <section id="codes">
            <h2>{own.allCodes}</h2>
            <Codes codes={errorCodes} own={own} language={language} />
          </section>
        </div>
      </div>
    </Layout>
  );
}

function Contents({ own }: { own: DocsTexts }) {
  return (
    <nav class="contents" aria-label={own.routes}>
      <ul>
        <li>
          <a href="#envelope">{own.envelope}</a>
        </li>
        {describedRoutes.map((route) => (
          <li>
            <a href={`#${anchorOf(route)}`}>
              <b>{route.method}</b> {route.path}
            </a>
          </li>
        ))}
        <li>
          <a href="#codes">{own.allCodes}</a>
        </li>
      </ul>
    </nav>
  );
}

function Envelope({ own }: { own: DocsTexts }) {
  return (
    <section id="envelope">
      <h2>{own.envelope}</h2>
      <p>{own.envelopeLead}</p>
      <div class="columns">
        <Example title={own.success} value={{ status: 'success', data: '…' }} />
        <Example
          title={own.failure}
          value={{ status: 'fail', data: { errCode: 30001, errMsg: failures[30001].en } }}
        />
      </div>
      <p>{own.retry}</p>
    </section>
  );
}
