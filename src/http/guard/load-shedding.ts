/**
 * Load shedding: when buyers wait in their sockets for longer than a moment, some are told to try
 * again later, so that they leave the queue, and the others are served sooner.
 *
 * A request does not tell how long it waited before this thread read it. So now and then the thread
 * sends itself a datagram, which queues among the ready sockets as a request would, and measures the
 * time until it comes back. A timer cannot tell: with more than a thousand sockets ready, Bun goes on
 * serving for seconds before it looks at one.
 *
 * Refusing costs about two thirds of the CPU that serving does, so a thread that refused all it cannot
 * serve would serve no one. It refuses a quarter at most, which leaves more than four fifths of its
 * peak rate to orders; the longer the wait, the longer refused buyers are asked to stay away.
 */
import type { udp } from 'bun';

/**
 * One order in this many sends a datagram, and every order does while waits are long, unless one is
 * in flight; a datagram that takes too long counts as lost.
 */
const probeEvery = 256;
const lostMs = 2_000;
/** Waits in milliseconds from which some, and from which `refusedMost` of all orders, are refused. */
const someMs = 150;
const mostMs = 450;
/** No one is refused until waits have been long for this time: a thread that was held up catches up. */
const sustainedMs = 300;
const refusedMost = 0.25;
/** Refused buyers are asked to stay away for one second for each `awayPerMs` of waiting. */
const awayPerMs = 100;
const awaySecondsMax = 10;
/** A measurement is old after twice the wait that it measured, and this long besides. */
const oldAfterMs = 200;

export class LoadShedding {
  /** Opens the socket, on the loopback interface. `clock` is monotonic, in milliseconds. */
  static async open(clock = () => performance.now()): Promise<LoadShedding> {
    const shedding: LoadShedding = new LoadShedding(
      clock,
      await Bun.udpSocket({
        hostname: '127.0.0.1',
        socket: { data: (_, datagram) => shedding.#measure(datagram) },
      }),
    );
    return shedding;
  }

  /** Marks our own datagrams: anyone on the machine can send one here. */
  readonly #key = crypto.getRandomValues(new Uint8Array(16));
  readonly #probe = new DataView(new ArrayBuffer(8 + this.#key.length));
  #orders = 0;
  /** When the datagram in flight was sent; 0 for none. */
  #sentAt = 0;
  #measuredMs = 0;
  #measuredAt = 0;
  /** Since when waits have been long; 0 while they are not. */
  #longSince = 0;
  /** Refusals that are due; one is given when it reaches 1. */
  #due = 0;

  private constructor(
    private readonly clock: () => number,
    private readonly socket: udp.Socket<'buffer'>,
  ) {
    new Uint8Array(this.#probe.buffer, 8).set(this.#key);
  }

  /**
   * Hot path: an order is being read at `now`, by its clock. Returns 0 when it is to be
   * served, else the seconds after which its buyer should try again.
   */
  refusedFor(now: number): number {
    const waitMs = this.#waitMs(now);
    if (++this.#orders % probeEvery === 0 || waitMs >= someMs) this.#send(now);
    if (waitMs < someMs) {
      this.#longSince = 0;
      return 0;
    }
    if (this.#longSince === 0) this.#longSince = now;
    if (now - this.#longSince < sustainedMs) return 0;
    this.#due += refusedMost * Math.min((waitMs - someMs) / (mostMs - someMs), 1);
    if (this.#due < 1) return 0;
    this.#due -= 1;
    return Math.min(Math.ceil(waitMs / awayPerMs), awaySecondsMax);
  }

  /** Where its datagrams go. */
  get port(): number {
    return this.socket.port;
  }

  close(): void {
    this.socket.close();
  }

  /** How long requests wait now, as far as is known: a datagram in flight may have waited longer. */
  #waitMs(now: number): number {
    const underWayMs = this.#sentAt === 0 ? 0 : now - this.#sentAt;
    const old = now - this.#measuredAt > 2 * this.#measuredMs + oldAfterMs;
    return Math.max(old ? 0 : this.#measuredMs, underWayMs > lostMs ? 0 : underWayMs);
  }

  #send(now: number): void {
    if (this.#sentAt !== 0 && now - this.#sentAt < lostMs) return;
    this.#sentAt = now;
    this.#probe.setFloat64(0, now);
    this.socket.send(this.#probe, this.port, '127.0.0.1');
  }

  #measure(datagram: Buffer): void {
    const ours =
      datagram.length === this.#probe.byteLength && datagram.subarray(8).equals(this.#key);
    if (!ours || datagram.readDoubleBE(0) !== this.#sentAt) return;
    this.#measuredAt = this.clock();
    this.#measuredMs = this.#measuredAt - this.#sentAt;
    this.#sentAt = 0;
  }
}
