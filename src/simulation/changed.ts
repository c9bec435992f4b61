/** How a bug is planted in an object that is right. */

/** A copy of an object with some methods changed; the others work on the object itself. */
export function changed<T extends object>(of: T, changes: Partial<T>): T {
  return new Proxy(of, {
    get(target, name) {
      const value = Reflect.get(name in changes ? changes : target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
