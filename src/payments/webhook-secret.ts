/** Secrets that sign webhooks, in the form of Standard Webhooks: `whsec_` and the key in base64. */

const prefix = 'whsec_';

/** The bounds of the specification, in bytes: a shorter key could be guessed. */
const keyBytesMin = 24;
const keyBytesMax = 64;

/** What is wrong with a text as a secret, for "must …"; null where nothing is. */
export function webhookSecretFault(text: string): string | null {
  const form = `must be ${prefix} and ${keyBytesMin} to ${keyBytesMax} bytes in base64`;
  if (!text.startsWith(prefix)) return form;
  const key = text.slice(prefix.length);
  const bytes = Buffer.from(key, 'base64');
  // Whatever Buffer has skipped, another library might read.
  const isExact = bytes.toString('base64') === key;
  return isExact && bytes.length >= keyBytesMin && bytes.length <= keyBytesMax ? null : form;
}

/** A new secret of 256 random bits. */
export function newWebhookSecret(): string {
  const key = crypto.getRandomValues(new Uint8Array(32));
  return prefix + Buffer.from(key).toString('base64');
}
