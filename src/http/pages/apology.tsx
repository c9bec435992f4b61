/** What people see where a page does not exist, or could not be made. */
import { Layout, textsOf, type View } from './layout.tsx';

export function ApologyPage({ view, reason }: { view: View; reason: 'notFound' | 'failed' }) {
  const own = textsOf(view);
  return (
    <Layout view={view} title={own[reason]}>
      <section class="account">
        <h1>{own[reason]}</h1>
        <p class="lead">{own[`${reason}Lead`]}</p>
        <p>
          <a class="primary" href="/">
            {own.toHome}
          </a>
        </p>
      </section>
    </Layout>
  );
}
