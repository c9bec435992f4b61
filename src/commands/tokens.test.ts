import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { existsSync, readdirSync } from 'node:fs';
import { type TemporaryFolder, temporaryFolder } from '../../actors/testing/process.ts';
import { purchaseTokens } from '../admission/purchase-token.ts';
import { keptSecret } from '../secrets.ts';
import { runCommand } from '../testing/command.ts';
import {
  commandLine,
  mustSucceed,
  root,
  startTestEngine,
  tokenSecret,
  tokens,
} from '../testing/engine-process.ts';

setDefaultTimeout(240_000);

let folder: TemporaryFolder;

beforeEach(() => {
  folder = temporaryFolder();
});

afterEach(() => folder.remove());

const env = () => ({ DATA_DIR: folder.path, TOKEN_SECRET: tokenSecret });

/** The lines that the command writes. */
async function written(args: string, settings: Record<string, string> = env()): Promise<string[]> {
  const { code, output, errors } = await runCommand(['tokens', ...args.split(' ')], settings);
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
  expect(output).toEndWith('\n');
  return output.split('\n').slice(0, -1);
}

describe('purchase tokens', () => {
  test('are one per user from the first on, each with a nonce of its own', async () => {
    const lines = await written('--item 7 --promo 3 --count 2000 --from 501');
    const claims = lines.map((line) => tokens.verify(line)!);
    expect(claims.map(({ userId }) => userId)).toEqual(lines.map((_, index) => 501 + index));
    expect(new Set(claims.map(({ nonce }) => nonce)).size).toBe(2_000);
    for (const claim of claims) expect(claim).toMatchObject({ itemId: 7, promoId: 3 });
  });

  test('are by default at the normal price, from user 1 on and valid for a day', async () => {
    const earliest = Math.floor(Date.now() / 1_000);
    const [first, second] = (await written('--item 7 --count 2')).map(tokens.verify);
    expect(first).toMatchObject({ userId: 1, itemId: 7, promoId: 0 });
    expect(second).toMatchObject({ userId: 2 });
    expect(first!.expiresAt).toBeGreaterThanOrEqual(earliest + 86_400);
    const [short] = (await written('--item 7 --count 1 --ttl 60')).map(tokens.verify);
    expect(short!.expiresAt).toBeLessThan(first!.expiresAt - 80_000);
  });

  test('of another run are other tokens', async () => {
    const [first, second] = [
      await written('--item 7 --count 1'),
      await written('--item 7 --count 1'),
    ];
    expect(first).not.toEqual(second);
  });

  test('buy at an engine, in each format', async () => {
    const engine = await startTestEngine({ dataDir: folder.path });
    const { itemId, promoId } = await engine.sale({ stock: 100 });
    const args = `--item ${itemId} --promo ${promoId} --count 3`;
    const lines = await written(`${args} --format lines`);
    const [heading, ...csv] = await written(`${args} --from 11 --format csv`);
    const bodies = await written(`${args} --from 21 --format jsonl`);
    expect(heading).toBe('token');
    for (const token of [...lines, ...csv]) mustSucceed(await engine.place(token));
    for (const body of bodies) mustSucceed(await engine.api('POST', '/api/orders', body));
    const [item] = mustSucceed(
      await engine.api<{ items: { held: number }[] }>('GET', '/api/admin/statements'),
    ).items;
    expect(item!.held).toBe(9);
    await engine.stop();
  });

  test('are signed with the secret that the engine keeps in its folder', async () => {
    const { value } = keptSecret(folder.path, 'token-secret');
    const [line] = await written('--item 7 --count 1', { DATA_DIR: folder.path, TOKEN_SECRET: '' });
    expect(purchaseTokens(value).verify(line!)).toMatchObject({ userId: 1, itemId: 7 });
  });

  test('without a secret are refused, and none is made', async () => {
    const settings = { DATA_DIR: folder.file('nowhere'), TOKEN_SECRET: '' };
    const asked = ['tokens', '--item', '7', '--count', '1'];
    for (const DATA_DIR of [settings.DATA_DIR, folder.path]) {
      const { code, output, errors } = await runCommand(asked, { ...settings, DATA_DIR });
      expect({ code, output }).toEqual({ code: 2, output: '' });
      expect(errors).toMatch(/^stampede tokens: there is no secret: .*TOKEN_SECRET.*\n$/);
    }
    expect(existsSync(settings.DATA_DIR)).toBe(false);
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test('for more users than there are ids are refused', async () => {
    const asked = ['--item', '7', '--count', '2', '--from', String(Number.MAX_SAFE_INTEGER)];
    const { code, output, errors } = await runCommand(['tokens', ...asked], env());
    expect({ code, output }).toEqual({ code: 2, output: '' });
    expect(errors).toMatch(/^stampede tokens: .*--from.*\n$/);
  });

  test('end quietly when the reader stops', async () => {
    const command = `${process.execPath} ${commandLine} tokens --item 7 --count 1000000`;
    const child = Bun.spawn(['bash', '-c', `${command} | head -n 2; echo "$\{PIPESTATUS[0]}"`], {
      cwd: root,
      env: { ...process.env, ...env() },
      stdout: 'pipe',
      stderr: 'pipe',
    });
    const [first, second, code] = (await new Response(child.stdout).text()).split('\n');
    expect([tokens.verify(first!)?.userId, tokens.verify(second!)?.userId]).toEqual([1, 2]);
    expect(code).toBe('0');
    expect(await new Response(child.stderr).text()).toBe('');
  });

  test('that cannot be written are a failure, in one line', async () => {
    const command = `exec ${process.execPath} ${commandLine} tokens --item 7 --count 9 > /dev/full`;
    const { code, errors } = await runCommand([command], env(), ['sh', '-c']);
    expect(code).toBe(1);
    expect(errors).toMatch(/^stampede tokens: .*\n$/);
  });

  test('by the million take no more memory than by the thousand', async () => {
    const peak = async (count: number) => {
      const child = Bun.spawn(
        [process.execPath, commandLine, 'tokens', '--item', '7', '--count', `${count}`],
        { cwd: root, env: { ...process.env, ...env() }, stdout: 'pipe' },
      );
      let lines = 0;
      for await (const bytes of child.stdout) {
        for (const byte of bytes) if (byte === 10) lines++;
        // Slower than the command writes.
        await Bun.sleep(0);
      }
      await child.exited;
      expect(lines).toBe(count);
      return child.resourceUsage()!.maxRSS;
    };
    const few = await peak(1_000);
    // As text they are 65 MB.
    expect((await peak(1_000_000)) - few).toBeLessThan(60_000_000);
  });
});
