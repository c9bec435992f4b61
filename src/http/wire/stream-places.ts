/**
 * Places for live streams: bounded for one address, and for all. A stream is work for as long as it is
 * open, so beyond the bounds pages ask now and then instead.
 */
import type { RequestMetrics } from '../../metrics/request-metrics.ts';

/**
 * Streams of one address in each thread. A browser has one for all its tabs, so this is an office, or a
 * good part of those whom a carrier puts behind one address, all watching sales at the same moment.
 */
export const streamsByAddressMax = 500;

export interface PlaceLimits {
  byAddressMax: number;
  /** In the whole engine. */
  max: number;
}

export type Refusal = 'address full' | 'all full';

export class StreamPlaces {
  readonly #byAddress = new Map<string, number>();

  constructor(
    private readonly limits: PlaceLimits,
    private readonly metrics: Pick<RequestMetrics, 'note' | 'noted' | 'forget'>,
  ) {
    // A thread that crashed has left its count behind.
    metrics.forget('streams');
  }

  /** Takes a place, which `leave` gives back; says why there is none. */
  take(address: string): Refusal | null {
    const { byAddressMax, max } = this.limits;
    const own = this.#byAddress.get(address) ?? 0;
    const isAddressFull = own >= byAddressMax;
    if (isAddressFull || this.metrics.noted('streams') >= max) {
      this.metrics.note('streamsRefused');
      return isAddressFull ? 'address full' : 'all full';
    }
    this.#byAddress.set(address, own + 1);
    this.metrics.note('streams');
    return null;
  }

  leave(address: string): void {
    const others = this.#byAddress.get(address)! - 1;
    if (others === 0) this.#byAddress.delete(address);
    else this.#byAddress.set(address, others);
    this.metrics.note('streams', -1);
  }
}
