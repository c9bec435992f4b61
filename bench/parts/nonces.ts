/** Nonces of purchase tokens that no one signs. */

/** Sixteen digits without a pattern, like a random nonce. */
export function nonceOf(user: number): number {
  return 2 ** 50 + ((user * 2_654_435_761) % 2 ** 50);
}
