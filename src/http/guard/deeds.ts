/** What a request of an operator does, in the words of the log of actions. */

/** Of which kind the thing is that a path begins with: API and pages call some by other names. */
const kinds: Record<string, string> = {
  items: 'item',
  promos: 'promo',
  sales: 'promo',
  orders: 'order',
  'refunds-due': 'refund',
  refunds: 'refund',
  keys: 'key',
  webhooks: 'webhook',
};

/** What a request does that names nothing to do. */
const plain: Record<string, string> = {
  POST: 'create',
  PATCH: 'edit',
  PUT: 'edit',
  DELETE: 'delete',
};

const pictureId = /^[0-9a-f]{64}$/;

/** Words for one and the same. */
const same: Record<string, string> = {
  // The first step of a sale can make its item.
  'promo.new': 'item.create',
  'key.delete': 'key.revoke',
  'log-out.create': 'session.close',
  'item.pictures': 'picture.add',
};

interface Deed {
  /** Such as `promo.pause`. */
  action: string;
  /** The number or id in the path; null where a thing was made, or there is none. */
  target: string | null;
}

export function deedOf(method: string, path: string): Deed {
  const [first = '', ...rest] = path
    .split('/')
    .filter((part) => !['', 'api', 'admin'].includes(part));
  const kind = kinds[first] ?? first;
  const target = rest.find((part) => /^\d[\d-]*$/.test(part)) ?? null;
  const picture = rest.findIndex((part) => pictureId.test(part));
  if (picture !== -1) {
    const verb = rest[picture + 1] ?? (method === 'DELETE' ? 'delete' : 'edit');
    return { action: `picture.${verb}`, target };
  }
  const verb = rest.filter((part) => part !== target).join('.') || plain[method] || method;
  const action = `${kind}.${verb}`;
  const known = same[action] ?? action;
  return { action: known, target: known.endsWith('.create') ? null : target };
}
