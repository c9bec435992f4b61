/** Throws where a rule is broken, and says which. */
export function must(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(`rule: ${what}`);
}
