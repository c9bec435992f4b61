import { describe, expect, test } from 'bun:test';
import { Webhook } from 'standardwebhooks';
import { newWebhookSecret, webhookSecretFault } from './webhook-secret.ts';

const encoded = (bytes: number, alphabet: 'base64' | 'base64url' = 'base64') =>
  `whsec_${Buffer.alloc(bytes, 0xfb).toString(alphabet)}`;

describe('the secret of a webhook', () => {
  test('is made in a form that is taken, another one each time', () => {
    const [first, second] = [newWebhookSecret(), newWebhookSecret()];
    expect([webhookSecretFault(first), webhookSecretFault(second)]).toEqual([null, null]);
    expect(first).not.toBe(second);
    expect(() => new Webhook(first)).not.toThrow();
  });

  test('has 24 to 64 bytes in base64 behind its mark, and nothing else', () => {
    for (const bytes of [24, 25, 32, 64]) expect(webhookSecretFault(encoded(bytes))).toBeNull();
    const key = encoded(32);
    const wrong = [
      ...['', 'whsec_', 'a secret of thirty-two characters', key.slice(6), ` ${key}`, `${key}\n`],
      ...[key.replace('whsec_', 'WHSEC_'), key.slice(0, -1), `${key}=`, `v1,${key}`],
      ...[encoded(23), encoded(65), encoded(32, 'base64url'), `whsec_${'?'.repeat(44)}`],
    ];
    for (const text of wrong) {
      const line = 'must be whsec_ and 24 to 64 bytes in base64';
      expect([text, webhookSecretFault(text)]).toEqual([text, line]);
    }
  });
});
