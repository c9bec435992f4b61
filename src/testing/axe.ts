/** Looks for what keeps people from using a page, with axe. */
import { readFileSync } from 'node:fs';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const source = readFileSync(Bun.resolveSync('axe-core/axe.min.js', import.meta.dir), 'utf8');
const told = new Set(['serious', 'critical']);

/**
 * Violations of a page as it is, of the impact serious or critical: the rule and the element, one line each.
 * @param rules - the only ones that are looked at; all when not given.
 */
export async function violationsOf(page: Page, rules?: readonly string[]): Promise<string[]> {
  if (await page.evaluate('window.axe === undefined')) await page.evaluate(source);
  const runOnly = rules === undefined ? {} : { runOnly: { type: 'rule', values: rules } };
  const options = JSON.stringify({ resultTypes: ['violations'], ...runOnly });
  const found = await page.evaluate<AxeResults>(`axe.run(${options})`);
  return found.violations
    .filter(({ impact }) => told.has(impact ?? ''))
    .flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html}`));
}
