import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { type SmsGateway, startSmsGateway } from '../testing/sms-gateway.ts';
import { SmsFailed, type SmsSender, smsSender } from './sms.ts';

setDefaultTimeout(240_000);

const telephone = '+8613800000001';
let gateway: SmsGateway;
let sender: SmsSender;

beforeEach(() => {
  gateway = startSmsGateway();
  sender = smsSender({ webhookUrl: gateway.url, webhookSecret: gateway.secret, demo: false });
});

afterEach(() => gateway.stop());

describe('the webhook sender', () => {
  test('posts telephone and code, signed with the secret', async () => {
    await sender.send(telephone, '012345');
    expect(gateway.messages).toEqual([{ telephone, code: '012345' }]);
  });

  test('fails when it signs with a secret that is not the gateway’s', async () => {
    const stranger = smsSender({
      webhookUrl: gateway.url,
      webhookSecret: 'another secret',
      demo: false,
    });
    await expect(stranger.send(telephone, '012345')).rejects.toBeInstanceOf(SmsFailed);
    expect(gateway.messages).toEqual([]);
  });

  test.each([302, 400, 429, 500])('fails when the gateway answers %d', async (status) => {
    gateway.answer(status);
    await expect(sender.send(telephone, '012345')).rejects.toBeInstanceOf(SmsFailed);
  });

  test('fails when the gateway is down', async () => {
    await gateway.stop();
    await expect(sender.send(telephone, '012345')).rejects.toBeInstanceOf(SmsFailed);
  });

  test('fails when the gateway does not answer', async () => {
    gateway.answer('silent');
    await expect(sender.send(telephone, '012345')).rejects.toBeInstanceOf(SmsFailed);
  });
});

describe('who brings a code', () => {
  test('is the gateway where there is one, also in a demo; the page in a demo without one; else nobody', () => {
    const none = { webhookUrl: null, webhookSecret: null };
    const set = { webhookUrl: gateway.url, webhookSecret: gateway.secret };
    const deliveries = [set, none].flatMap((settings) =>
      [true, false].map((demo) => smsSender({ ...settings, demo }).delivery),
    );
    expect(deliveries).toEqual(['gateway', 'gateway', 'page', 'log']);
  });
});
