/**
 * A proxy before Postgres that loses answers: it passes a COMMIT on, waits until the server has carried
 * it out, and then tells the test instead of the client, whose connection it ends.
 */
import { connect, createServer, type Socket } from 'node:net';

export interface PostgresProxy {
  /** The database's URL by way of the proxy. */
  readonly url: string;
  /** Loses the answer to the next COMMIT; resolves when the server has given it. */
  loseNextCommit(): Promise<void>;
  stop(): void;
}

export async function proxyPostgres(databaseUrl: string): Promise<PostgresProxy> {
  const url = new URL(databaseUrl);
  const port = Number(url.port);
  const sockets = new Set<Socket>();
  let lost: (() => void) | null = null;

  const listener = createServer((client) => {
    const server = connect(port, '127.0.0.1');
    let committing = false;
    client.on('data', (chunk) => {
      committing = lost !== null && /\bCOMMIT\b/i.test(chunk.toString('latin1'));
      server.write(chunk);
    });
    server.on('data', (chunk) => {
      if (!committing || lost === null) {
        client.write(chunk);
        return;
      }
      client.destroy();
      lost();
      lost = null;
    });
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(socket);
      // An error is followed by the close, which the other side then sees.
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  url.port = String(address.port);
  return {
    url: url.href,
    loseNextCommit: () =>
      new Promise((resolve) => {
        lost = resolve;
      }),
    stop() {
      listener.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
