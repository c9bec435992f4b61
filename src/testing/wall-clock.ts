/** Sets this thread's wall clock ahead by the milliseconds in the file that `CLOCK_FILE` names. */
const path = process.env.CLOCK_FILE;
if (path === undefined) throw new Error('CLOCK_FILE names no file');
const ahead = new Float64Array(Bun.mmap(path, { shared: true }).buffer);

const RealDate = Date;
const now = () => RealDate.now() + ahead[0]!;
const timeOrigin = performance.timeOrigin + ahead[0]!;
Object.defineProperty(performance, 'timeOrigin', { get: () => timeOrigin });
globalThis.Date = new Proxy(RealDate, {
  construct: (target, values, newTarget) =>
    Reflect.construct(target, values.length === 0 ? [now()] : values, newTarget),
  get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
});
