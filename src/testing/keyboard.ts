/** A person who uses the keyboard alone: where the focus is must always be seen, and nothing may stand over it. */
import { expect } from 'bun:test';
import type { Page } from 'playwright-core';

/** Of the longest of the pages that tests walk through. */
const stopsMax = 150;

/** What is wrong with what has the focus: one line, or nothing. The radio of a choice is seen as what stands beside it. */
const faultOfFocus = `(() => {
  const focused = document.activeElement;
  if (focused === null || focused === document.body) return 'nothing has the focus';
  const seen = focused.matches('.choice input') ? focused.nextElementSibling : focused;
  const name = focused.outerHTML.slice(0, 120);
  const { outlineStyle, outlineWidth } = getComputedStyle(seen);
  if (outlineStyle === 'none' || parseFloat(outlineWidth) < 2) return 'no ring around ' + name;
  const boxes = [...seen.getClientRects()].filter(({ width, height }) => width > 0 && height > 0);
  const isFound = boxes.some(({ x, y, width, height }) => {
    const found = document.elementFromPoint(x + width / 2, y + height / 2);
    return found !== null && (seen.contains(found) || found.contains(seen) || found.closest('label')?.control === focused);
  });
  return isFound ? '' : 'something stands over ' + name;
})()`;

export async function expectFocusSeen(page: Page): Promise<void> {
  expect([page.url(), await page.evaluate(faultOfFocus)]).toEqual([page.url(), '']);
}

/** Presses Tab until an element has the focus, which must be seen all the way. */
export async function tabTo(page: Page, selector: string, key: 'Tab' | 'Shift+Tab' = 'Tab') {
  for (let presses = 0; presses < stopsMax; presses++) {
    await page.keyboard.press(key);
    if ((await page.evaluate('document.activeElement === document.body')) === false)
      await expectFocusSeen(page);
    if ((await page.$(`${selector}:focus`)) !== null) return;
  }
  throw new Error(`no key leads to ${selector}`);
}

/** Goes to an element and presses a key there. */
export async function press(page: Page, selector: string, key: 'Enter' | 'Space' = 'Enter') {
  await tabTo(page, selector);
  await page.keyboard.press(key);
}

/**
 * Goes through a whole page, from the skip link on: what has the focus must always be seen, in the order in which
 * the page is read, and nothing that can have it may be left out.
 */
export async function walkThrough(page: Page): Promise<void> {
  await page.evaluate('window.stops = []; document.activeElement?.blur()');
  for (let presses = 0; presses < stopsMax; presses++) {
    await page.keyboard.press('Tab');
    // A field of a time has several stops.
    const where = await page.evaluate<'on' | 'same' | 'end'>(`(() => {
      const { activeElement } = document;
      const last = window.stops.at(-1);
      if (activeElement === last) return 'same';
      if (activeElement === document.body || window.stops.includes(activeElement)) return 'end';
      window.stops.push(activeElement);
      if (last && (last.compareDocumentPosition(activeElement) & Node.DOCUMENT_POSITION_PRECEDING))
        throw new Error('the focus went back to ' + activeElement.outerHTML.slice(0, 120));
      return 'on';
    })()`);
    if (where === 'end') break;
    await expectFocusSeen(page);
  }
  // One radio of each group, and nothing in what is folded up.
  const reachable = await page.evaluate<number>(`(() => {
    const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
      .filter((each) => !each.disabled && each.type !== 'hidden' && each.tabIndex >= 0 && each.checkVisibility({ visibilityProperty: true }));
    const radios = all.filter(({ type }) => type === 'radio');
    return all.length - radios.length + new Set(radios.map(({ name }) => name)).size;
  })()`);
  expect([page.url(), await page.evaluate('window.stops.length')]).toEqual([page.url(), reachable]);
}
