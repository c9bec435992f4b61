/**
 * `stampede tokens --item N [--promo N] --count N [--from USER] [--format …] [--ttl SECONDS]`:
 * purchase tokens for load tests, signed as a merchant's gateway would.
 */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Command, Option } from '@commander-js/extra-typings';
import { itemIdMax } from '../../actors/limits.ts';
import type { PurchaseTokens } from '../admission/purchase-token.ts';
import { integer } from './options.ts';
import { CommandFailed, perform, wrongUse } from './perform.ts';

/** A day, so that tokens written in the evening are valid for a test in the morning. */
const ttlSecondsDefault = 86_400;
const ttlSecondsMax = 30 * 86_400;

/** Characters to write at a time. */
const chunkLength = 65_536;

const formats = ['lines', 'csv', 'jsonl'] as const;
type Format = (typeof formats)[number];

const explanation = `
Formats:
  lines  one token per line
  csv    the same under the heading "token"
  jsonl  one body for POST /api/orders per line: {"token":"…","amount":1}

Tokens are signed with TOKEN_SECRET, or with the secret that the engine keeps in
DATA_DIR. The engine is not asked, and no stock is reserved: a token buys if item
and promo are on sale when it is sent, past the gate and the queue. While a promo
of the item is published, only tokens for it buy: say --promo.

Exit codes:
  0  written
  1  could not write
  2  wrong arguments or settings, or no secret

Examples:
  $ stampede tokens --item 1 --promo 1 --count 1000000 > tokens.txt
  $ stampede tokens --item 1 --count 1000 --format jsonl > bodies.jsonl`;

interface Wanted {
  item: number;
  /** 0: at the item's normal price. */
  promo: number;
  count: number;
  /** The first user. */
  from: number;
  format: Format;
  ttl: number;
}

export function addTokens(program: Command): void {
  program
    .command('tokens')
    .summary('write purchase tokens for load tests')
    .description('Writes purchase tokens for load tests to standard output, each for another user.')
    .requiredOption('--item <N>', 'the item that they buy', integer(1, itemIdMax))
    .option('--promo <N>', 'the promo they buy it under; 0: at its normal price', integer(0), 0)
    .requiredOption('--count <N>', 'how many', integer(1))
    .option('--from <USER>', 'the id of the first user; the others follow', integer(1), 1)
    .addOption(
      new Option('--format <FORMAT>', 'how they are written').choices(formats).default('lines'),
    )
    .option(
      '--ttl <SECONDS>',
      'how long they are valid, up to 30 days',
      integer(1, ttlSecondsMax),
      ttlSecondsDefault,
    )
    .addHelpText('after', explanation)
    .action((options) => perform('tokens', 1, () => writeTokens(options)));
}

async function writeTokens(wanted: Wanted): Promise<number> {
  if (wanted.count - 1 > Number.MAX_SAFE_INTEGER - wanted.from) {
    throw new CommandFailed('the ids from --from on leave no room for --count users', wrongUse);
  }
  const { purchaseTokens, randomNonce } = await import('../admission/purchase-token.ts');
  const tokens = purchaseTokens(await secret());
  try {
    const chunks = Readable.from(chunksOf(wanted, tokens, randomNonce));
    await pipeline(chunks, process.stdout, { end: false });
  } catch (error) {
    // The reader has enough: `| head` is not a failure.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPIPE')) throw error;
  }
  return 0;
}

/** The secret that the engine of these settings signs with; none is made here. */
async function secret(): Promise<string> {
  const { readConfig } = await import('../config.ts');
  const { readSecret } = await import('../secrets.ts');
  const { tokenSecret, dataDir } = readConfig(process.env);
  const found = tokenSecret ?? readSecret(dataDir, 'token-secret');
  if (found !== null) return found;
  const message = `there is no secret: set TOKEN_SECRET, or DATA_DIR to the engine's (${dataDir} has none)`;
  throw new CommandFailed(message, wrongUse);
}

/** The text, in pieces of some lines: only one piece is in memory at a time. */
function* chunksOf(wanted: Wanted, tokens: PurchaseTokens, nonce: () => number): Generator<string> {
  const { item, promo, count, from, format, ttl } = wanted;
  const expiresAt = Math.ceil(Date.now() / 1_000) + ttl;
  let chunk = format === 'csv' ? 'token\n' : '';
  for (let index = 0; index < count; index++) {
    const claims = { userId: from + index, itemId: item, promoId: promo, expiresAt };
    const token = tokens.sign({ ...claims, nonce: nonce() });
    chunk += format === 'jsonl' ? `{"token":"${token}","amount":1}\n` : `${token}\n`;
    if (chunk.length < chunkLength) continue;
    yield chunk;
    chunk = '';
  }
  yield chunk;
}
