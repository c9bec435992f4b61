/**
 * The services of `compose.yaml` as processes of this machine: with the commands, settings and files that it
 * gives them, but each on free ports of 127.0.0.1 and in a folder of its own.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  accepts,
  freePort,
  startProcess,
  type TemporaryFolder,
  type TestProcess,
  temporaryFolder,
  waitUntilReady,
} from '../../actors/testing/process.ts';
import { readCompose, type Service, settingsOf } from './compose-file.ts';
import { commandLine, root } from './engine-process.ts';
import { type PostgresServer, startPostgres } from './postgres.ts';

/** What the images listen on; `compose.yaml` says nothing of it but by the addresses in it. */
const imagePorts: [service: RegExp, ports: number[]][] = [
  [/^stampede-\d$/, [3000]],
  [/^balancer$/, [8080]],
  [/^nats-\d$/, [4222, 6222, 8222]],
  [/^redis$/, [6379]],
  [/^postgres$/, [5432]],
];

/** Where haproxy's image looks for its configuration. */
const balancerConfig = '/usr/local/etc/haproxy/haproxy.cfg';

export class ComposedServices {
  readonly #folder: TemporaryFolder = temporaryFolder();
  readonly #compose = readCompose();
  /** By `service:port`, as `compose.yaml` and the files it mounts name it. */
  readonly #ports = new Map<string, number>();
  readonly #running = new Map<string, TestProcess>();
  #postgres: PostgresServer | null = null;

  /** Starts all of them, and resolves when the balancer has an engine. */
  async start(): Promise<void> {
    for (const name of Object.keys(this.#compose.services)) {
      const [, ports] = imagePorts.find(([service]) => service.test(name)) ?? [];
      if (ports === undefined) throw new Error(`no test knows the service ${name}`);
      for (const port of ports) this.#ports.set(`${name}:${port}`, await freePort());
    }
    const { POSTGRES_DB } = settingsOf(this.#service('postgres'));
    this.#postgres = await startPostgres({ port: this.#port('postgres:5432') });
    await this.#postgres.createDatabase(POSTGRES_DB);
    await this.#start('redis', this.#redis(), () => accepts(this.#port('redis:6379')));
    for (const name of this.#named('nats')) {
      await this.#start(name, this.#nats(name), () => accepts(this.#port(`${name}:4222`)));
    }
    await Promise.all(this.engines.map((name) => this.startEngine(name)));
    const ready = async () => (await fetch(`${this.url}/readyz`)).status === 200;
    await this.#start('balancer', this.#balancer(), ready);
  }

  /** What buyers ask. */
  get url(): string {
    return `http://127.0.0.1:${this.#port('balancer:8080')}`;
  }

  get engines(): string[] {
    return this.#named('stampede');
  }

  /** The process of a service. */
  process(name: string): TestProcess {
    return this.#running.get(name)!;
  }

  /** Starts an engine, also again, and resolves when it says that buyers can buy there. */
  async startEngine(name: string): Promise<void> {
    const ready = async () => (await fetch(`${this.urlOf(name)}/readyz`)).status === 200;
    await this.#start(name, this.#engine(name), ready);
  }

  urlOf(engine: string): string {
    return `http://127.0.0.1:${this.#port(`${engine}:3000`)}`;
  }

  async remove(): Promise<void> {
    for (const each of this.#running.values()) await each.kill();
    await this.#postgres?.remove();
    this.#folder.remove();
  }

  /** The engines' settings: with them other commands find the same journal and tables. */
  settings(): Record<string, string> {
    return this.#engineSettings(this.engines[0]!);
  }

  #service(name: string): Service {
    const service = this.#compose.services[name];
    if (service === undefined) throw new Error(`compose.yaml has no service ${name}`);
    return service;
  }

  #named(prefix: string): string[] {
    return Object.keys(this.#compose.services).filter((name) => name.startsWith(`${prefix}-`));
  }

  #port(address: string): number {
    const port = this.#ports.get(address);
    if (port === undefined) throw new Error(`nothing listens at ${address}`);
    return port;
  }

  /** A text with the addresses of services replaced by those of this machine. */
  #located(text: string): string {
    const names = Object.keys(this.#compose.services).join('|');
    const addresses = new RegExp(`(?<![\\w-])(${names}):(\\d+)\\b`, 'g');
    return text.replaceAll(addresses, (address) => `127.0.0.1:${this.#port(address)}`);
  }

  #folderOf(name: string): string {
    const path = this.#folder.file(name);
    mkdirSync(path, { recursive: true });
    return path;
  }

  async #start(
    name: string,
    options: { command: string[]; env: Record<string, string> },
    ready: () => Promise<boolean>,
  ): Promise<void> {
    const started = startProcess({ ...options, cwd: root });
    this.#running.set(name, started);
    await waitUntilReady(started, ready);
  }

  #engineSettings(name: string): Record<string, string> {
    const [{ subnet }] = this.#compose.networks.default.ipam.config as [{ subnet: string }];
    const settings = Object.entries(settingsOf(this.#service(name)));
    const here = settings.map(([key, value]) => [
      key,
      this.#located(value).replace(subnet, '127.0.0.1/32'),
    ]);
    return { ...Object.fromEntries(here), DATA_DIR: this.#dataOf(name) };
  }

  #engine(name: string) {
    const place = { HOST: '127.0.0.1', PORT: String(this.#port(`${name}:3000`)) };
    const command = [process.execPath, commandLine, 'start'];
    return { command, env: { ...this.#engineSettings(name), ...place } };
  }

  /** The folder that stands for a service's volume: without one it would lose its data. */
  #dataOf(name: string): string {
    if (!this.#service(name).volumes?.includes(`${name}:/data`)) {
      throw new Error(`${name} has no volume of its own at /data`);
    }
    return this.#folderOf(name);
  }

  #redis() {
    const { command = [] } = this.#service('redis');
    const own = ['--port', String(this.#port('redis:6379')), '--dir', this.#dataOf('redis')];
    return { command: [...command, ...own], env: {} };
  }

  #nats(name: string) {
    const service = this.#service(name);
    const port = (number: number) => String(this.#port(`${name}:${number}`));
    const files = this.#mounted(name, (text) =>
      this.#located(text)
        .replace('port: 4222', `port: ${port(4222)}`)
        .replace('http: 8222', `http: "127.0.0.1:${port(8222)}"`)
        .replace('0.0.0.0:6222', `127.0.0.1:${port(6222)}`)
        .replace('store_dir: /data', `store_dir: ${this.#dataOf(name)}`)
        // Debian 12 has a server that does not know it.
        .replace(/^\s*sync_interval: always$/m, ''),
    );
    const options = (service.command ?? []).map((word) => files.get(word) ?? word);
    return { command: ['nats-server', ...options], env: settingsOf(service) };
  }

  #balancer() {
    const files = this.#mounted('balancer', (text) => text);
    const config = files.get(balancerConfig);
    if (config === undefined) throw new Error(`nothing is mounted at ${balancerConfig}`);
    const names = [...readFileSync(config, 'utf8').matchAll(/"\$\{(\w+)-([^}]+)\}"/g)];
    const places = names.map(([, name = '', address = '']) => [
      name,
      this.#located(address.replace('*:', 'balancer:')),
    ]);
    return { command: ['/usr/sbin/haproxy', '-f', config], env: Object.fromEntries(places) };
  }

  /** Copies the files that a service gets, changed for this machine; their paths, by those in the container. */
  #mounted(name: string, changed: (text: string) => string): Map<string, string> {
    const files = new Map<string, string>();
    const folder = this.#folderOf(`${name}-files`);
    for (const volume of this.#service(name).volumes ?? []) {
      const [source = '', path = ''] = volume.split(':');
      if (!source.startsWith('./')) continue;
      const copy = join(folder, basename(path));
      writeFileSync(copy, changed(readFileSync(join(root, source), 'utf8')));
      files.set(path, copy);
    }
    return files;
  }
}
