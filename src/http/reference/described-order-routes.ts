/** The merchant's routes of orders. */
import { orderFiltersSchema, orderListSchema } from '../../shop/orders/filters.ts';
import * as schema from './answer-schemas.ts';
import { admin, type DescribedRoute } from './described-route.ts';
import * as example from './examples.ts';

const filters =
  '`from` and `to` are times of placing, of which `to` is not included; `promo` 0 is the normal price; `q` is an order id or a part of one.';

export const describedOrderRoutes: readonly DescribedRoute[] = [
  {
    method: 'GET',
    path: '/api/admin/orders',
    who: 'key',
    scope: 'orders:read',
    summary: `All orders that fit the filters, newest first, in pages, as SQL has them: a moment later than their actors. ${filters} A search that takes long may answer with fewer orders than a page has, or none, and a \`next\` to go on with.`,
    query: orderListSchema.entries,
    answers: { 200: { data: schema.foundOrders, example: example.foundOrders } },
    codes: [10001, 10004, ...admin],
  },
  {
    method: 'GET',
    path: '/api/admin/orders.csv',
    who: 'key',
    scope: 'orders:read',
    summary: `All orders that fit the filters, newest first, as a file for spreadsheets: UTF-8 with a byte order mark, a header line, amounts as people write them and in minor units, and texts that a spreadsheet would take for formulas with an apostrophe before them. Orders placed since the request are not in it. A connection that breaks means that the file is not whole. ${filters}`,
    query: orderFiltersSchema.entries,
    answers: null,
    other: { type: 'text/csv', schema: { type: 'string' }, example: example.csv },
    codes: [10001, 10004, ...admin],
  },
  {
    method: 'GET',
    path: '/api/admin/orders.jsonl',
    who: 'key',
    scope: 'orders:read',
    summary: `As the CSV, with each order as one line of JSON, as lists have it. ${filters}`,
    query: orderFiltersSchema.entries,
    answers: null,
    other: { type: 'application/x-ndjson', schema: { type: 'string' }, example: example.jsonLine },
    codes: [10001, 10004, ...admin],
  },
];
