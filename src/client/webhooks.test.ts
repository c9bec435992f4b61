import { describe, expect, test } from 'bun:test';
import { Webhook } from 'standardwebhooks';
import { newWebhookSecret } from '../payments/webhook-secret.ts';
import { testMessage } from '../webhooks/messages.ts';
import { NotTheEngines, webhookEvent } from './stampede/webhooks.ts';

const secret = newWebhookSecret();
const { body } = testMessage(1, Date.UTC(2026, 10, 28), 'one');

/** What the engine sends, signed by the library that it signs with. */
function sent({ by = secret, at = new Date(), id = 'evt_1' } = {}): Record<string, string> {
  const signature = new Webhook(by).sign(id, at, body);
  const seconds = Math.floor(at.getTime() / 1_000);
  return { 'webhook-id': id, 'webhook-timestamp': `${seconds}`, 'webhook-signature': signature };
}

describe('an event is believed', () => {
  const event = {
    id: 'evt_1',
    type: 'webhook.test',
    timestamp: '2026-11-28T00:00:00.000Z',
    data: {},
  };

  test('whose signature and time are right, with headers of fetch and of Node, as text and as bytes', async () => {
    expect(await webhookEvent(secret, sent(), body)).toEqual(
      event as typeof event & { type: 'webhook.test' },
    );
    expect(await webhookEvent(secret, new Headers(sent()), body)).toMatchObject(event);
    expect(await webhookEvent(secret, sent(), Buffer.from(body))).toMatchObject(event);
  });

  test('that one of several secrets has signed, or one of several signatures signs', async () => {
    expect(await webhookEvent([newWebhookSecret(), secret], sent(), body)).toMatchObject(event);
    const { 'webhook-signature': other } = sent({ by: newWebhookSecret() });
    const headers = sent();
    headers['webhook-signature'] = `v1a,AAAA v1,no=base64 ${other} ${headers['webhook-signature']}`;
    expect(await webhookEvent(secret, headers, body)).toMatchObject(event);
  });

  test('for five minutes', async () => {
    const at = new Date(1_795_550_400_000);
    const headers = sent({ at });
    expect(await webhookEvent(secret, headers, body, at.getTime() + 299_000)).toMatchObject(event);
    expect(await webhookEvent(secret, headers, body, at.getTime() - 299_000)).toMatchObject(event);
  });
});

describe('an event is not believed', () => {
  const refusing = async (headers: Record<string, string>, said = body, nowMs?: number) => {
    await expect(webhookEvent(secret, headers, said, nowMs)).rejects.toBeInstanceOf(NotTheEngines);
  };

  test('when anything in it was changed, or somebody else has signed it', async () => {
    await refusing(sent(), body.replace('webhook.test', 'order.paid  '));
    await refusing({ ...sent(), 'webhook-id': 'evt_2' });
    const later = String(Number(sent()['webhook-timestamp']) + 1);
    await refusing({ ...sent(), 'webhook-timestamp': later });
    await refusing(sent({ by: newWebhookSecret() }));
    await refusing({ ...sent(), 'webhook-signature': sent()['webhook-signature']!.slice(0, -8) });
  });

  test('when it was sent more than five minutes ago, or will be', async () => {
    const at = new Date(1_795_550_400_000);
    await refusing(sent({ at }), body, at.getTime() + 301_000);
    await refusing(sent({ at }), body, at.getTime() - 301_000);
    await refusing({ ...sent(), 'webhook-timestamp': 'now' });
  });

  test('when it is not signed at all', async () => {
    for (const name of Object.keys(sent())) {
      const { [name]: _, ...others } = sent();
      await refusing(others);
      await refusing({ ...others, [name]: '' });
    }
  });

  test('and a secret that is none is a fault, not a refusal', async () => {
    await expect(webhookEvent('whsec_?', sent(), body)).rejects.toThrow('a secret of webhooks');
  });
});
