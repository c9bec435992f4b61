import { expect, setDefaultTimeout, test } from 'bun:test';
import { temporaryFolder, waitUntil } from '../../../actors/testing/process.ts';
import { mustSucceed, startTestEngine } from '../../testing/engine-process.ts';

setDefaultTimeout(60_000);

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
