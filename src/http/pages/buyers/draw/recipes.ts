/** What people paste into a terminal to check a draw without the shop's pages; the README has the same, longer. */
import type { Draw } from '../../../../db/draws.ts';

/** Prints whether the secret has the commitment, the seed follows, and the order does. */
export function orderRecipe(origin: string, { promoId, commitment }: Draw): string {
  return `curl -s '${origin}/api/promos/${promoId}/draw' | python3 -c '
import hashlib, json, sys
def h(text): return hashlib.sha256(text.encode()).hexdigest()
draw = json.load(sys.stdin)["data"]
seed = h(draw["secret"] + ":" + h(",".join(draw["labels"])))
print(h(draw["secret"]) == "${commitment}")
print(seed == draw["seed"])
print(draw["order"] == sorted(draw["labels"], key=lambda label: h(seed + ":" + label)))'`;
}

/** Prints a label, made of what it is made of. */
export function labelRecipe(promoId: number, userId: number, nonce: number): string {
  return `printf %s '${promoId}:${userId}:${nonce}' | sha256sum`;
}
