/**
 * Who a request comes from, behind the merchant's proxies: the nearest address in `X-Forwarded-For`
 * that is not a trusted proxy's. Anyone can send that header, so it counts only when the socket's
 * peer is trusted, and is read from its end, where trusted proxies have written what they saw.
 */
import { BlockList, isIP } from 'node:net';

/** Proxies in settings: addresses and networks such as `10.0.0.0/8`, separated by commas. */
export class TrustedProxies {
  readonly #list = new BlockList();
  readonly #none: boolean;

  /** @throws RangeError naming what is neither an address nor a network */
  constructor(networks: string) {
    const parts = networks
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
    this.#none = parts.length === 0;
    for (const part of parts) this.#add(part);
  }

  /** The address that a request comes from, given its socket's peer and its `X-Forwarded-For`. */
  clientOf(peer: string, forwardedFor: string | null): string {
    if (this.#none || forwardedFor === null || !this.trusts(peer)) return peer;
    let client = peer;
    for (const hop of forwardedFor.split(',').reverse()) {
      const address = hop.trim();
      // Anything that is not an address ends the part that can be trusted.
      if (isIP(address) === 0) return client;
      client = address;
      if (!this.trusts(address)) return client;
    }
    return client;
  }

  #add(network: string): void {
    const [address = '', bits, ...more] = network.split('/');
    const family = isIP(address);
    const most = family === 4 ? 32 : 128;
    const prefix = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
    if (family === 0 || more.length > 0 || prefix < 0 || prefix > most)
      throw new RangeError(network);
    this.#list.addSubnet(address, prefix, family === 4 ? 'ipv4' : 'ipv6');
  }

  /** Whether an address is a trusted proxy's. */
  trusts(address: string): boolean {
    const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
    const family = isIP(mapped);
    return family !== 0 && this.#list.check(mapped, family === 4 ? 'ipv4' : 'ipv6');
  }
}
