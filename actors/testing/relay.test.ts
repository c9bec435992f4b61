import { afterEach, beforeEach, expect, test } from 'bun:test';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { waitUntil } from './process.ts';
import { type Relay, startRelay } from './relay.ts';

let echo: Server;
let relay: Relay;

beforeEach(async () => {
  echo = createServer((socket) => socket.on('error', () => undefined).pipe(socket));
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
  const address = echo.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  relay = await startRelay(address.port);
});

afterEach(async () => {
  await relay.stop();
  echo.close();
});

/** A connection by way of the relay, what it has heard so far, and whether it has been ended. */
function call() {
  const caller = { heard: '', ended: false, socket: connect(relay.port, '127.0.0.1') };
  caller.socket.on('data', (chunk: Buffer) => {
    caller.heard += chunk.toString();
  });
  caller.socket.on('error', () => undefined);
  caller.socket.on('close', () => {
    caller.ended = true;
  });
  return caller;
}

const say = (socket: Socket, text: string) => socket.write(text);

test('a relay passes on both ways', async () => {
  const caller = call();
  say(caller.socket, 'hello');
  await waitUntil('the echo is heard', () => caller.heard === 'hello');
  caller.socket.destroy();
});

test('a cut relay ends its connections and each new one, and takes new ones when healed', async () => {
  const before = call();
  say(before.socket, 'a');
  await waitUntil('the echo is heard', () => before.heard === 'a');
  relay.cut();
  const during = call();
  await waitUntil('both have been ended', () => before.ended && during.ended);
  relay.heal();
  const after = call();
  say(after.socket, 'b');
  await waitUntil('the echo is heard', () => after.heard === 'b');
  after.socket.destroy();
});

test('a held relay keeps its connections, passes nothing on, and all of it when healed', async () => {
  const before = call();
  say(before.socket, 'a');
  await waitUntil('the echo is heard', () => before.heard === 'a');
  relay.hold();
  const during = call();
  say(before.socket, 'b');
  say(during.socket, 'c');
  await Bun.sleep(100);
  expect([before.heard, during.heard, before.ended, during.ended]).toEqual(['a', '', false, false]);
  relay.heal();
  await waitUntil('all of it is heard', () => before.heard === 'ab' && during.heard === 'c');
  before.socket.destroy();
  during.socket.destroy();
});
