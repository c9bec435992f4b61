/** `/admin/login`. */
import type { View } from '../layout.tsx';
import { empty, Field, Frame, Notice, ownTexts } from './frame.tsx';

interface LogInProps {
  view: View;
  /** Where to go when it is done: a path of these pages. */
  next: string;
  error: string | null;
}

export function AdminLogInPage({ view, next, error }: LogInProps) {
  const own = ownTexts(view).logIn;
  const token = { type: 'password', required: true, autocomplete: 'current-password' };
  return (
    <Frame view={view} title={own.title} loggedIn={false}>
      <section class="account">
        <h1>{own.title}</h1>
        <p class="lead">{own.lead}</p>
        <form method="post" action="/admin/login" data-once>
          <Notice text={error} isError />
          <input type="hidden" name="next" value={next} />
          <Field
            form="log-in"
            name="token"
            label={own.token}
            filled={empty}
            input={{ ...token, maxlength: 512, autofocus: true, spellcheck: 'false' }}
          />
          <button type="submit" class="primary">
            {own.submit}
          </button>
        </form>
      </section>
    </Frame>
  );
}
