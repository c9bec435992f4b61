import { expect, test } from 'bun:test';
import type { ActionDraft } from '../db/actions.ts';
import { SqlUnavailable } from '../db/sql.ts';
import { ActionsLog } from './actions-log.ts';

const action = (target: string): ActionDraft => ({
  ...{ at: 1, by: 'admin', action: 'promo.pause', target, details: '{}', status: 200 },
});

/** SQL that fails as often as it is told. */
function table(failures = 0) {
  const written: string[][] = [];
  let left = failures;
  return {
    written,
    async add(actions: readonly ActionDraft[]) {
      if (left-- > 0) throw new SqlUnavailable('away');
      written.push(actions.map(({ target }) => target!));
    },
  };
}

test('what is noted together is written together, before anybody goes on', async () => {
  const sql = table();
  const log = new ActionsLog(sql);
  await Promise.all(['1', '2', '3'].map((target) => log.note(action(target))));
  expect(sql.written).toEqual([['1', '2', '3']]);
  await log.note(action('4'));
  expect(sql.written).toEqual([['1', '2', '3'], ['4']]);
  await log.close();
});

test('what SQL does not take holds nobody up for long, and is written later, in its order', async () => {
  const sql = table(1);
  const log = new ActionsLog(sql);
  const first = log.note(action('1'));
  await Bun.sleep(20);
  expect(sql.written).toEqual([]);
  await Promise.all([first, log.note(action('2'))]);
  await log.close();
  expect(sql.written.flat()).toEqual(['1', '2']);
});

test('closing writes what waits', async () => {
  const sql = table();
  const log = new ActionsLog(sql);
  const noted = log.note(action('1'));
  await log.close();
  await noted;
  expect(sql.written).toEqual([['1']]);
});
