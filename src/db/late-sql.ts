/**
 * SQL that cannot be opened yet, in the form of one that can: an HTTP thread that starts while the
 * database's file is away serves orders, and the first use that finds the file opens it for all.
 */
import type { Sql } from './sql.ts';

/** `open` may throw `SqlUnavailable`, which each use then gets. */
export function lateSql(open: () => Sql): Sql {
  let opened: Sql | null = null;
  const sql = () => {
    opened ??= open();
    return opened;
  };
  return {
    catalog: late(() => sql().catalog),
    drafts: late(() => sql().drafts),
    promoLists: late(() => sql().promoLists),
    pictures: late(() => sql().pictures),
    orders: late(() => sql().orders),
    refundsDue: late(() => sql().refundsDue),
    draws: late(() => sql().draws),
    series: late(() => sql().series),
    users: late(() => sql().users),
    reminders: late(() => sql().reminders),
    apiKeys: late(() => sql().apiKeys),
    actions: late(() => sql().actions),
    projection: late(() => sql().projection),
    webhooks: late(() => sql().webhooks),
    get trouble() {
      return opened === null ? null : opened.trouble;
    },
    async close() {
      await opened?.close();
    },
  };
}

/** An object whose methods, all of them asynchronous, are those of one that is found at each call. */
function late<T extends object>(find: () => T): T {
  // Nothing but methods is asked of the parts of SQL, so the proxy needs no target of its own.
  return new Proxy({} as T, {
    get:
      (_, name) =>
      async (...given: unknown[]): Promise<unknown> => {
        const found = find();
        const method: unknown = Reflect.get(found, name);
        if (typeof method !== 'function') throw new TypeError(`SQL has no ${String(name)}`);
        return Reflect.apply(method, found, given);
      },
  });
}
