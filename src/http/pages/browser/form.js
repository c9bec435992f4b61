// Forms that show errors at their fields.
import { find, noAnswerText, say, texts } from './site.js';

const message = find('#message');

/** Shows errors, by field name, at their fields, and focuses the first. */
export function showErrors(form, errors) {
  for (const place of form.querySelectorAll('.error[id$=-error]')) {
    const name = place.id.slice(0, -'-error'.length);
    place.textContent = errors[name] ?? '';
    for (const input of form.querySelectorAll(`[name=${name}]`)) {
      if (name in errors) input.setAttribute('aria-invalid', 'true');
      else input.removeAttribute('aria-invalid');
    }
  }
  find('[aria-invalid=true]', form)?.focus();
}

/**
 * Shows a refusal: at the fields that the server names, or that `codes` gives for its code, else
 * below the form. `own` has texts by field name.
 */
export function showRefusal(form, answer, own, codes = {}) {
  const { errCode, errMsg, fields } = answer;
  const named = Object.keys(fields ?? {}).filter((name) => name in own);
  const at = codes[errCode];
  const errors = Object.fromEntries(named.map((name) => [name, own[name]]));
  if (at !== undefined) errors[at] = errMsg;
  showErrors(form, errors);
  const isAtFields = Object.keys(errors).length > 0;
  const text = errMsg || noAnswerText(answer);
  say(message, isAtFields ? texts.checkFields : text, true);
}

/** Runs `send` when a form is submitted, once at a time. */
export function onSubmit(form, send) {
  const button = find('[type=submit]', form);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    button.disabled = true;
    say(message, '');
    await send(Object.fromEntries(new FormData(form)));
    button.disabled = false;
  });
}
