import { expect, test } from 'bun:test';
import { deedOf } from './deeds.ts';

const picture = '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae';

test('the API and the pages do the same in the same words', () => {
  for (const [method, path, action, target] of [
    ['POST', '/api/items', 'item.create', null],
    ['POST', '/admin/items', 'item.create', null],
    ['PATCH', '/api/items/7', 'item.edit', '7'],
    ['POST', '/admin/items/7/edit', 'item.edit', '7'],
    ['POST', '/api/items/7/restock', 'item.restock', '7'],
    ['POST', '/api/items/7/pictures', 'picture.add', '7'],
    ['POST', '/admin/items/7/pictures', 'picture.add', '7'],
    ['PATCH', `/api/items/7/pictures/${picture}`, 'picture.edit', '7'],
    ['POST', `/admin/items/7/pictures/${picture}`, 'picture.edit', '7'],
    ['DELETE', `/api/items/7/pictures/${picture}`, 'picture.delete', '7'],
    ['POST', `/admin/items/7/pictures/${picture}/delete`, 'picture.delete', '7'],
    ['POST', '/admin/sales/new', 'item.create', null],
    ['POST', '/admin/sales', 'promo.create', null],
    ['POST', '/admin/sales/3/edit', 'promo.edit', '3'],
    ['POST', '/api/promos', 'promo.create', null],
    ['DELETE', '/api/promos/3', 'promo.delete', '3'],
    ['POST', '/admin/sales/3/delete', 'promo.delete', '3'],
    ['POST', '/admin/sales/3/pause', 'promo.pause', '3'],
    ['POST', '/api/orders/20261127-1-1001/refund', 'order.refund', '20261127-1-1001'],
    ['POST', '/api/admin/refunds-due/1-3/settle', 'refund.settle', '1-3'],
    ['POST', '/admin/refunds/1-3/settle', 'refund.settle', '1-3'],
    ['DELETE', '/api/admin/keys/4', 'key.revoke', '4'],
    ['POST', '/admin/keys', 'key.create', null],
    ['POST', '/admin/log-out', 'session.close', null],
  ] as const) {
    expect([path, deedOf(method, path)]).toEqual([path, { action, target }]);
  }
});
