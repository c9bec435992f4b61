import { describe, expect, test } from 'bun:test';
import { warningCodes } from '../../shop/promo-warnings.ts';
import { warningParts, warningText } from './promo-texts.ts';

describe('the text of a warning', () => {
  test('is there in both languages, and says which promo and how many units', () => {
    const other = { id: 6, name: 'Noon', isPublished: true };
    for (const code of warningCodes) {
      for (const isPublished of [true, false]) {
        const warning = { code, other: { ...other, isPublished }, units: 17 };
        const [en, zh] = [warningText(warning, 'en'), warningText(warning, 'zh')];
        expect([code, en, zh].join('\n')).not.toMatch(/[{}]/);
        expect(zh).toMatch(/\p{Script=Han}/u);
        expect(en.includes('promo 6 (Noon)')).toBe(code === 'overlaps');
        expect(zh.includes('活动 6（Noon）')).toBe(code === 'overlaps');
        expect(en.includes('17')).toBe(code === 'oneBuyerTakesAll' || code === 'gateLeavesUnits');
      }
    }
    const published = { code: 'overlaps', other, units: 0 } as const;
    const draft = { ...published, other: { ...other, isPublished: false } };
    expect(warningText(published, 'en')).toContain('cannot be published');
    expect(warningText(draft, 'en')).toContain('a draft');
    expect(warningParts(published, 'en').link).toBe('promo 6 (Noon)');
  });
});
