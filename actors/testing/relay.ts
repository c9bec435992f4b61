/**
 * A relay before a port of 127.0.0.1, for tests that cut a connection without ending either side: as a
 * network does that fails, while both machines go on.
 */
import { connect, createServer, type Socket } from 'node:net';

export interface Relay {
  /** Who connects here reaches the port behind. */
  readonly port: number;
  /** Ends every connection, and each new one at once, until `heal`. */
  cut(): void;
  /** Keeps every connection open, old or new, and passes nothing on, until `heal` passes it all. */
  hold(): void;
  heal(): void;
  /** New connections reach another port; those that are open stay where they are. */
  leadTo(port: number): void;
  stop(): Promise<void>;
}

type State = 'whole' | 'cut' | 'held';

export async function startRelay(firstPort: number): Promise<Relay> {
  let targetPort = firstPort;
  let state: State = 'whole';
  const pairs = new Set<readonly [Socket, Socket]>();

  const flow = ([near, far]: readonly [Socket, Socket]) => {
    near.pipe(far);
    far.pipe(near);
  };
  const stall = ([near, far]: readonly [Socket, Socket]) => {
    for (const socket of [near, far]) socket.unpipe().pause();
  };
  const end = (pair: readonly [Socket, Socket]) => {
    for (const socket of pair) socket.destroy();
  };
  const listener = createServer((near) => {
    if (state === 'cut') {
      near.destroy();
      return;
    }
    const pair = [near, connect(targetPort, '127.0.0.1')] as const;
    pairs.add(pair);
    for (const socket of pair) {
      // An error is followed by the close.
      socket.on('error', () => undefined);
      socket.on('close', () => {
        pairs.delete(pair);
        end(pair);
      });
    }
    if (state === 'whole') flow(pair);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('the relay has no port');
  const cut = () => {
    state = 'cut';
    pairs.forEach(end);
  };
  return {
    port: address.port,
    cut,
    hold() {
      state = 'held';
      pairs.forEach(stall);
    },
    heal() {
      if (state === 'held') pairs.forEach(flow);
      state = 'whole';
    },
    leadTo(port) {
      targetPort = port;
    },
    async stop() {
      const closed = new Promise((resolve) => listener.close(resolve));
      cut();
      await closed;
    },
  };
}
