import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { type Challenge, createChallenge, type Payload, verifySolution } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/sha';

/** What the page's script exports. */
interface Proofs {
  proofOf(challenge: Challenge): Promise<string>;
}

const { proofOf } = (await import(join(import.meta.dir, 'proof.js'))) as Proofs;

const hmacSignatureSecret = 'a secret of this test';
const challengeFor = (counter: number) =>
  createChallenge({ algorithm: 'SHA-256', cost: 1, counter, deriveKey, hmacSignatureSecret });

describe('the proof that a page finds', () => {
  test.each([0, 1, 49, 50, 51, 255, 256, 65_536])(
    'is the one that the library asks for: %d',
    async (counter) => {
      const challenge = await challengeFor(counter);
      // The page's answer, and what the library calls it.
      const found = JSON.parse(atob(await proofOf(challenge))) as Payload;
      expect(found.solution.counter).toBe(counter);
      const result = await verifySolution({ ...found, deriveKey, hmacSignatureSecret });
      expect(result.verified).toBe(true);
    },
  );
});
