/** Bare TCP connections, for what no HTTP client would send. */
import { connect } from 'node:net';

export interface RawSocket {
  /** Resolves once the bytes have left, or the other side has hung up. A text is sent as Latin-1. */
  write(bytes: string | Uint8Array): Promise<void>;
  heard(): string;
  /** Whether the other side has ended the connection. */
  closed(): boolean;
  hangUp(): void;
}

/** Connects to a port of 127.0.0.1. Hang up when done. */
export function openSocket(port: number): RawSocket {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  let closed = false;
  socket.on('data', (bytes) => {
    text += bytes;
  });
  const gone = new Promise<void>((resolve) => {
    socket.on('close', () => {
      closed = true;
      resolve();
    });
  });
  socket.on('error', () => socket.destroy());
  return {
    write: (bytes) => {
      const sent = new Promise<void>((resolve) => {
        const raw = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
        socket.write(raw, () => resolve());
      });
      return Promise.race([gone, sent]);
    },
    heard: () => text,
    closed: () => closed,
    hangUp: () => socket.destroy(),
  };
}
