/** Solves proofs of work with the library's own solver, as a client that is not the shop's page does. */
import { type Challenge, solveChallenge } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/sha';

/** The answer to a challenge. */
export async function solveProof(challenge: Challenge): Promise<string> {
  const solution = await solveChallenge({ challenge, deriveKey });
  if (solution === null) throw new Error('the challenge has no solution');
  return encodeProof({ challenge, solution });
}

export function encodeProof(answer: object): string {
  return Buffer.from(JSON.stringify(answer)).toString('base64');
}
