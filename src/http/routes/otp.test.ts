import { expect, setDefaultTimeout, test } from 'bun:test';
import { temporaryFolder, waitUntil } from '../../../actors/testing/process.ts';
import { mustSucceed, startTestEngine } from '../../testing/engine-process.ts';

setDefaultTimeout(240_000);

const code = /"code":"\d{6}"/;

async function logOf(level: string, until: (output: string) => boolean): Promise<string> {
  const folder = temporaryFolder();
  const env = { LOG_LEVEL: level, SMS_WEBHOOK_URL: '' };
  const engine = await startTestEngine({ dataDir: folder.path, env });
  const telephone = '+8613800001234';
  mustSucceed(await engine.api('POST', '/api/otp', { telephone }, { admin: false }));
  await waitUntil('it is logged', () => until(engine.process.output()));
  await engine.stop();
  folder.remove();
  return engine.process.output();
}

test('without a gateway, codes are in the log at debug level, by a masked telephone', async () => {
  const output = await logOf('debug', (text) => code.test(text));
  expect(output).toContain('+861******1234');
  expect(output).not.toContain('13800001234');
});

test('codes are in no log above debug level', async () => {
  const output = await logOf('info', () => true);
  expect(output).not.toMatch(code);
  expect(output).not.toContain('13800001234');
});

test('without a gateway the start says so, and the page that no message can be sent', async () => {
  const folder = temporaryFolder();
  const env = { SMS_WEBHOOK_URL: '', LOG_LEVEL: 'info' };
  const engine = await startTestEngine({ dataDir: folder.path, env });
  await waitUntil('the log says so', () =>
    engine.process.output().includes('SMS_WEBHOOK_URL is not set: nobody can register'),
  );
  const told = {
    en: 'No message can be sent: this shop has no way to send text messages yet.',
    zh: '无法发送短信',
  };
  for (const [language, text] of Object.entries(told)) {
    const telephone = language === 'en' ? '+8613800001001' : '+8613800001002';
    for (const path of ['/register', '/login/code', '/password']) {
      const response = await fetch(engine.url + path, {
        method: 'POST',
        body: new URLSearchParams({ telephone, do: 'code' }),
        headers: { 'accept-language': language },
      });
      const html = await response.text();
      expect([path, html.includes(text)]).toEqual([path, true]);
      expect(html).toContain('class="message error"');
      expect(html).not.toMatch(/on its way|Your code is|已发送/);
    }
  }
  await engine.stop();
  folder.remove();
});
