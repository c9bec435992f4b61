/** The servers that the journal may connect to: those of the settings, and those it has learned of. */
import { type NatsServer, placeNamed, placeOf, placesOf } from './nats-address.ts';

/** Servers remembered beside those of the settings; a cluster whose servers move names ever new ones. */
const learnedMax = 16;

export class NatsServers {
  readonly #given: readonly NatsServer[];
  /**
   * By their place, the ones named last at the end. A server that has lost the others no longer names
   * them, which is when they are needed: they stay.
   */
  readonly #learned = new Map<string, NatsServer>();
  #triedLast: string | null = null;

  constructor(given: readonly NatsServer[]) {
    this.#given = given;
  }

  get places(): string {
    return placesOf(this.#given);
  }

  /** @param urls - `host:port` of each server of the cluster, as one of them names them. */
  learn(urls: readonly string[]): void {
    const login = this.#given.find((server) => server.login !== null)?.login ?? null;
    const given = new Set(this.#given.map(placeOf));
    for (const url of urls) {
      const named = placeNamed(url);
      if (named === null || given.has(placeOf(named))) continue;
      this.#learned.delete(placeOf(named));
      this.#learned.set(placeOf(named), { ...named, login });
    }
    const surplus = Math.max(0, this.#learned.size - learnedMax);
    for (const place of [...this.#learned.keys()].slice(0, surplus)) this.#learned.delete(place);
  }

  /** Each server once, beginning after the one that was tried last. */
  inTurn(): NatsServer[] {
    const all = [...this.#given, ...this.#learned.values()];
    const next = all.findIndex((server) => placeOf(server) === this.#triedLast) + 1;
    return [...all.slice(next), ...all.slice(0, next)];
  }

  /** Each server once but one, in the same order. */
  others(place: string): NatsServer[] {
    return this.inTurn().filter((server) => placeOf(server) !== place);
  }

  tried(server: NatsServer): void {
    this.#triedLast = placeOf(server);
  }
}
