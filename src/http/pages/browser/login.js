// Logging in.
import { call } from './api.js';
import { onSubmit, showRefusal } from './form.js';
import { find, page, texts } from './site.js';

const form = find('#log-in');
const own = { telephone: texts.telephoneError, password: texts.logInPasswordError };

onSubmit(form, async ({ telephone, password }) => {
  const answer = await call('POST', '/api/sessions', { telephone, password });
  if (answer.errCode === null) location.assign(page.next);
  else showRefusal(form, answer, own);
});
