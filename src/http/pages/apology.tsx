/** What people see where a page does not exist, could not be made, or what they sent is refused. */
import type { ErrorCode } from '../wire/messages.ts';
import { failures } from '../wire/messages.ts';
import { Layout, textsOf, type View } from './layout.tsx';

interface ApologyProps {
  view: View;
  /** The code of a refusal. */
  reason: 'notFound' | 'failed' | ErrorCode;
  /** What a refusal says, where that is more than its code does. */
  message?: string;
}

export function ApologyPage({ view, reason, message }: ApologyProps) {
  const own = textsOf(view);
  const [title, lead] = apology(view, reason, message);
  return (
    <Layout view={view} title={title} description={lead} isListed={false}>
      <section class="account">
        <h1>{title}</h1>
        <p class="lead">{lead}</p>
        <p>
          <a class="primary" href="/">
            {own.toHome}
          </a>
        </p>
      </section>
    </Layout>
  );
}

function apology(
  view: View,
  reason: ApologyProps['reason'],
  message?: string,
): [title: string, lead: string] {
  const own = textsOf(view);
  if (reason === 'notFound' || reason === 10005) return [own.notFound, own.notFoundLead];
  if (reason === 'failed' || failures[reason].status >= 500) return [own.failed, own.failedLead];
  return [own.refused, message ?? failures[reason][view.visitor.language]];
}
