/** A NATS server with JetStream for tests, in a temporary folder, on a free port of 127.0.0.1. */
import type { Socket } from 'bun';
import {
  accepts,
  freePort,
  freeze,
  startProcess,
  type TemporaryFolder,
  type TestProcess,
  type TestServer,
  temporaryFolder,
  waitUntilReady,
} from './process.ts';

/** Its folder holds the streams. */
export interface NatsServer extends TestServer {
  /** Of the process that was started last. */
  readonly pid: number;
  /** Sends one request of the JetStream API, `STREAM.INFO.X` say, and resolves with the answer. */
  api(request: string, body: unknown): Promise<unknown>;
  /** Sends a message to a stream, and resolves with the acknowledgement. */
  publish(subject: string, text: string): Promise<unknown>;
  /** Hears every message on a subject, until `stop`. */
  listen(subject: string): Promise<NatsListener>;
}

export interface NatsListener {
  /** How many messages there were so far. */
  heard(): number;
  stop(): void;
}

export interface NatsOptions {
  /** Where the streams are stored: a small file system, say. It is removed with the server. */
  folder?: TemporaryFolder;
  /** False: only reserves the port and the folder; `start` starts it. */
  started?: boolean;
  /** The longest message, in bytes; the server's default is 1 MiB. */
  maxPayloadBytes?: number;
  /** A port that is free; one is found where it is not given. */
  port?: number;
  /** Lines added to its configuration. */
  lines?: readonly string[];
  /** False: the server has no JetStream. */
  jetStream?: boolean;
  /** What a client says of itself to be let in: `{ user, pass }`, say. Only for `api`. */
  login?: Record<string, string>;
}

export async function startNats(options: NatsOptions = {}): Promise<NatsServer> {
  const folder = options.folder ?? temporaryFolder();
  const settings = temporaryFolder();
  const port = options.port ?? (await freePort());
  const config = settings.file('nats.conf');
  const lines = [
    `listen: "127.0.0.1:${port}"`,
    // Without a limit the server takes three quarters of what it finds free when it starts.
    ...(options.jetStream === false
      ? []
      : [`jetstream { store_dir: ${JSON.stringify(folder.path)}, max_file: 10GB }`]),
    ...(options.lines ?? []),
    ...(options.maxPayloadBytes === undefined ? [] : [`max_payload: ${options.maxPayloadBytes}`]),
  ];
  await Bun.write(config, lines.join('\n'));
  let server: TestProcess | undefined;
  const start = async () => {
    server = startProcess({ command: ['nats-server', '-c', config] });
    await waitUntilReady(server, () => accepts(port));
  };
  const running = () => {
    if (server === undefined) throw new Error('nats-server was not started');
    return server;
  };
  if (options.started !== false) await start();
  return {
    url: `nats://127.0.0.1:${port}`,
    port,
    folder,
    get pid() {
      return running().pid;
    },
    start,
    stop: async () => server?.stop(),
    kill: async () => server?.kill(),
    freeze: () => freeze([running().pid]),
    thaw: () => server?.signal('SIGCONT'),
    api: (request, body) =>
      askServer(port, options.login, `$JS.API.${request}`, JSON.stringify(body)),
    publish: (subject, text) => askServer(port, options.login, subject, text),
    listen: (subject) => listenTo(port, options.login, subject),
    async remove() {
      await server?.kill();
      folder.remove();
      settings.remove();
    },
  };
}

/** How long a server may take to answer a request of the JetStream API. */
const answerMs = 10_000;

/** One request in the server's own text protocol, since only the journal may import the client. */
function askServer(
  port: number,
  login: Record<string, string> | undefined,
  subject: string,
  body: string,
): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  let received = '';
  const data = (socket: Socket, chunk: Uint8Array) => {
    received += Buffer.from(chunk).toString('utf8');
    const [, length, rest] = /\r\nMSG answer 1 +(\d+)\r\n(.*)$/s.exec(received) ?? [];
    if (rest === undefined || Buffer.byteLength(rest) < Number(length)) return;
    resolve(JSON.parse(rest.slice(0, Number(length))));
    socket.end();
  };
  const open = (socket: Socket) => {
    const publish = `PUB ${subject} answer ${Buffer.byteLength(body)}\r\n${body}\r\n`;
    socket.write(
      `CONNECT ${JSON.stringify({ verbose: false, ...login })}\r\nSUB answer 1\r\n${publish}`,
    );
  };
  const close = () => reject(new Error(`no answer to ${subject}: ${received}`));
  const socket = { data, open, close };
  // A server that is cut off from its cluster may never answer.
  const impatience = setTimeout(close, answerMs);
  Bun.connect({ hostname: '127.0.0.1', port, socket }).catch(reject);
  return promise.finally(() => clearTimeout(impatience));
}

/** Resolves once the server has taken the subscription: it answers a ping in order. */
async function listenTo(
  port: number,
  login: Record<string, string> | undefined,
  subject: string,
): Promise<NatsListener> {
  const subscribed = Promise.withResolvers<void>();
  let received = '';
  const data = (_socket: Socket, chunk: Uint8Array) => {
    received += Buffer.from(chunk).toString('utf8');
    if (received.includes('PONG')) subscribed.resolve();
  };
  const open = (socket: Socket) => {
    const hello = JSON.stringify({ verbose: false, headers: true, ...login });
    socket.write(`CONNECT ${hello}\r\nSUB ${subject} 1\r\nPING\r\n`);
  };
  const socket = await Bun.connect({ hostname: '127.0.0.1', port, socket: { data, open } });
  await subscribed.promise;
  return {
    heard: () => received.match(/^H?MSG /gm)?.length ?? 0,
    stop: () => socket.end(),
  };
}
