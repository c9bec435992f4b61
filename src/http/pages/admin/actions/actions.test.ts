import { expect, test } from 'bun:test';
import { routesOfPages } from '../../../../testing/page-routes.ts';
import { deedOf } from '../../../guard/deeds.ts';
import { actionsTexts } from './actions-texts.ts';

/** What a parameter of a route may stand for. */
const examples: Record<string, string> = {
  pictureId: 'a'.repeat(64),
  orderId: '20261127-1-1001',
  refundId: '1-3',
};

const wishes = ['again', 'all', 'go-on', 'test'].map((wish) => `/admin/webhooks/${wish}`);
const changes = ['pay', 'cancel', 'refund'].map((verb) => `/admin/orders/20261127-1-1001/${verb}`);
const byHand = [...wishes, ...changes].map((path) => ({ method: 'POST', path }));

test('whatever a merchant can do is written down in words, in both languages', () => {
  const { merchants } = routesOfPages();
  const routes = merchants.filter(({ path }) => !/:(wish|change)$/.test(path));
  const deeds = [...routes, ...byHand]
    .filter(({ method, path }) => method === 'POST' && path !== '/admin/login')
    .map(({ method, path }) => {
      const filled = path.replaceAll(/:(\w+)(\{[^}]*\})?/g, (_, name) => examples[name] ?? '7');
      return deedOf(method, filled).action;
    });
  for (const { deeds: words } of Object.values(actionsTexts))
    expect(deeds.filter((action) => words[action] === undefined)).toEqual([]);
});
