/** How a family of metrics is added to a registry. */
export type Labels = Record<string, string | number>;
type Samples = Iterable<[Labels, number]>;

/** `samples` is asked each time that metrics are. */
export type Add = (
  name: string,
  help: string,
  labelNames: string[],
  samples: () => Samples | Promise<Samples>,
) => unknown;
