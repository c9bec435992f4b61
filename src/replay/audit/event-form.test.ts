import { describe, expect, test } from 'bun:test';
import { actorNameBytesMax, referenceCharactersMax } from '../../../actors/limits.ts';
import { formFault } from './event-form.ts';

const hash = '0123456789abcdef'.repeat(4);
const order = { item: 1, n: 1, amount: 1, placedAt: 5 };
const promo = {
  ...{ type: 'published', item: 1, promo: 1, price: 5, startAt: 1, endAt: 2, limit: 1 },
  ...{ gateFactor: 1, payWindowMs: 1 },
};
const placed = {
  ...{ type: 'placed', item: 1, n: 1, user: 1, promo: 0, amount: 1, price: 1, nonce: 1 },
};

describe('the form of an event takes', () => {
  const fine: [string, object][] = [
    ['an order', placed],
    ['an order at a time of its own', { ...placed, at: 5 }],
    ['an order that costs nothing', { ...placed, price: 0, paid: true, at: 5 }],
    [
      'an item',
      { type: 'opened', item: 1, price: 1, units: 0, normalSale: false, limit: 5, by: '店' },
    ],
    ['a promo with a draw', { ...promo, queue: 'draw', admitMs: 1, queueOpenAt: 0, secret: hash }],
    ['an edit', { type: 'edited', item: 1, normalSale: true, texts: ['title', 'hidden'] }],
    [
      'a payment',
      { type: 'paid', ...order, late: true, amountMinor: 0, reference: "a'#[]~!", by: 'x' },
    ],
    ['a refund', { type: 'refunded', ...order, back: false, amountMinor: 5 }],
    [
      'a refund due for an order that does not exist',
      {
        ...{ type: 'refundDue', item: 1, due: 1, n: 0, placedAt: 0, amountMinor: 1 },
        ...{ reason: 'unknownOrder', reference: 'r'.repeat(referenceCharactersMax) },
      },
    ],
    ['who joins for a draw', { type: 'joined', item: 1, user: 1, promo: 1, nonce: 1, draw: true }],
  ];
  test.each(fine)('%s', (_, event) => {
    expect(formFault(event)).toBeNull();
  });
});

describe('the form of an event refuses', () => {
  const faults: [string, object, string][] = [
    ['a field of no event', { ...placed, colour: 'red' }, 'placed: there is no field "colour"'],
    [
      'a field that JSON gives every object',
      JSON.parse(`{"__proto__":1,${JSON.stringify(placed).slice(1)}`),
      'placed: there is no field "__proto__"',
    ],
    [
      'a field of another event',
      { type: 'lapsed', item: 1, user: 1, promo: 1, nonce: 1 },
      'lapsed: there is no field "nonce"',
    ],
    [
      'a signature where nobody signs',
      { type: 'expired', ...order, by: 'admin' },
      'expired: there is no field "by"',
    ],
    [
      'a draw of a promo, not of a user',
      { ...promo, draw: true },
      'published: there is no field "draw"',
    ],
    ['a flag that is only ever set', { ...placed, paid: false }, 'placed: paid is false'],
    [
      'a draw that is not',
      { type: 'joined', item: 1, user: 1, promo: 1, nonce: 1, draw: false },
      'joined: draw is false',
    ],
    [
      'a normal sale that is only ever off',
      { type: 'opened', item: 1, price: 1, units: 0, normalSale: true },
      'opened: normalSale is true',
    ],
    [
      'a flag that is none',
      { type: 'refunded', ...order, back: 1, amountMinor: 5 },
      'refunded: back is 1',
    ],
    ['money below zero', { type: 'paid', ...order, amountMinor: -1 }, 'paid: amountMinor is -1'],
    [
      'money with a fraction',
      { type: 'paid', ...order, amountMinor: 0.5 },
      'paid: amountMinor is 0.5',
    ],
    ['an empty name', { type: 'paused', item: 1, promo: 1, by: '' }, 'paused: by is ""'],
    [
      'a long name',
      { type: 'paused', item: 1, promo: 1, by: '店'.repeat(actorNameBytesMax / 3 + 1) },
      'paused: by is "店',
    ],
    ['a name that is a number', { type: 'paused', item: 1, promo: 1, by: 7 }, 'paused: by is 7'],
    ['an empty reference', { type: 'paid', ...order, reference: '' }, 'paid: reference is ""'],
    [
      'a reference with a space',
      { type: 'paid', ...order, reference: 'a b' },
      'paid: reference is "a b"',
    ],
    [
      'a reference with a quotation mark',
      { type: 'paid', ...order, reference: 'a"b' },
      'paid: reference is "a\\"b"',
    ],
    [
      'a reference with a backslash',
      { type: 'paid', ...order, reference: 'a\\b' },
      'paid: reference is "a\\\\b"',
    ],
    [
      'a long reference',
      { type: 'paid', ...order, reference: 'r'.repeat(referenceCharactersMax + 1) },
      'paid: reference is "rrr',
    ],
    ['a short secret', { ...promo, secret: hash.slice(1) }, 'published: secret is "123'],
    [
      'a secret in capitals',
      { ...promo, secret: hash.toUpperCase() },
      'published: secret is "0123456789ABCDEF',
    ],
    ['a secret with a new line', { ...promo, secret: `${hash}\n` }, 'published: secret is "0123'],
    ['no seed', { type: 'drawn', item: 1, promo: 1, entrants: 1 }, 'drawn: seed is undefined'],
    ['an unknown queue', { ...promo, queue: 'lottery' }, 'published: queue is "lottery"'],
    ['an endless admission', { ...promo, admitMs: 1e12 }, 'published: admitMs is 1000000000000'],
    [
      'an unknown reason',
      { type: 'refundDue', item: 1, due: 1, n: 1, placedAt: 0, amountMinor: 1, reason: 'whim' },
      'refundDue: reason is "whim"',
    ],
    ['texts that are none', { type: 'edited', item: 1, texts: [] }, 'edited: texts is []'],
    [
      'a text twice',
      { type: 'edited', item: 1, texts: ['title', 'title'] },
      'edited: texts is ["title","title"]',
    ],
    [
      'an unknown text',
      { type: 'edited', item: 1, texts: ['colour'] },
      'edited: texts is ["colour"]',
    ],
    [
      'a queue that nobody left',
      { type: 'queueEnded', item: 1, promo: 1, waiting: 0 },
      'queueEnded: waiting is 0',
    ],
    [
      'a withdrawal of nothing',
      { type: 'unitsWithdrawn', item: 1, units: 0 },
      'unitsWithdrawn: units is 0',
    ],
    [
      'a time beyond all',
      { type: 'extended', item: 1, promo: 1, endAt: 1e15 },
      'extended: endAt is 1000000000000000',
    ],
  ];
  test.each(faults)('%s', (_, event, fault) => {
    expect(formFault(event)).toStartWith(fault);
  });
});
