/**
 * What the settings say about NATS: which servers, how to log in, and whom to trust. Nothing here loads
 * the client, so that reading the settings stays cheap; no message shows a secret.
 */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';

export interface NatsSettings {
  /** One server, or several of a cluster, separated by commas: `nats://user:password@host:4222`. */
  url: string;
  /** A file with a user's JWT and the seed of its key, as `nsc` writes it. */
  credentialsFile?: string | null;
  /** A file with the certificates of the authorities that the servers' own are trusted by. */
  caFile?: string | null;
}

export type NatsLogin = { user: string; pass: string } | { token: string };

export interface NatsServer {
  host: string;
  port: number;
  login: NatsLogin | null;
}

export interface NatsAddress {
  /** The servers in the order of the settings; at least one. */
  servers: readonly NatsServer[];
  /** True when a server that does not encrypt is refused. */
  tls: boolean;
}

/** A setting cannot work. The message begins with the setting's name and shows none of its secrets. */
export class NatsSettingsWrong extends Error {
  override readonly name = 'NatsSettingsWrong';
  constructor(setting: 'NATS_URL' | 'NATS_CREDS' | 'NATS_CA', what: string, cause?: unknown) {
    super(`${setting} ${what}`, { cause });
  }
}

/** The port of a server that names none. */
const defaultPort = 4222;

const urlWrong = (what: string) => new NatsSettingsWrong('NATS_URL', what);

const form =
  'must be nats://host:port or tls://host:port, several separated by commas, each with a user and ' +
  'password or a token before an @ where the server asks for them, their @ : / ? # % , percent-encoded';

/** @throws NatsSettingsWrong */
export function natsAddress({ url, credentialsFile, caFile }: NatsSettings): NatsAddress {
  const parsed = url.split(',').map((each) => parseServer(each.trim()));
  const tls = parsed[0]!.tls;
  if (parsed.some((each) => each.tls !== tls)) {
    throw urlWrong('must name all its servers with tls://, or none: a secret goes to each of them');
  }
  if (caFile && !tls) {
    throw urlWrong('must begin with tls:// where NATS_CA is set, or a server could leave it out');
  }
  const shared = parsed.find(({ login }) => login !== null)?.login ?? null;
  if (shared !== null && credentialsFile) {
    throw new NatsSettingsWrong('NATS_CREDS', 'must not be set where NATS_URL has a user or token');
  }
  // As clients do for servers that they find out about: all of a cluster know the same users.
  const servers = parsed.map(({ host, port, login }) => ({ host, port, login: login ?? shared }));
  return { servers, tls };
}

/** Where a server is that another names, `host:port`; null for what cannot be connected to. */
export function placeNamed(text: string): { host: string; port: number } | null {
  const url = URL.parse(`nats://${text}`);
  if (url === null || !isPlace(url)) return null;
  return { host: hostOf(url), port: portOf(url) };
}

const isPlace = ({ hostname, port }: URL) =>
  /^[\w.-]+$|^\[[\da-f:.]+\]$/i.test(hostname) && port !== '0';
const hostOf = ({ hostname }: URL) => hostname.replace(/^\[|\]$/g, '');
const portOf = ({ port }: URL) => (port === '' ? defaultPort : Number(port));

function parseServer(text: string): NatsServer & { tls: boolean } {
  const [, scheme = '', authority = ''] = /^(nats|tls):\/\/([^/?#]+)\/?$/i.exec(text) ?? [];
  // The URL takes everything before the last @ for the user, as written here.
  const userinfo = /^(.*)@/.exec(authority)?.[1];
  const url = URL.parse(`${scheme}://${authority}`);
  if (url === null || !isPlace(url)) throw urlWrong(form);
  const login = userinfo === undefined ? null : parseLogin(userinfo);
  const tls = scheme.toLowerCase() === 'tls';
  return { host: hostOf(url), port: portOf(url), login, tls };
}

/** A user and a password, or a token where there is no colon. */
function parseLogin(userinfo: string): NatsLogin {
  const colon = userinfo.indexOf(':');
  const name = decoded(colon < 0 ? userinfo : userinfo.slice(0, colon));
  if (name === '') throw urlWrong('must name a user or a token before the @');
  return colon < 0 ? { token: name } : { user: name, pass: decoded(userinfo.slice(colon + 1)) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw urlWrong(form);
  }
}

/** A server as messages name it: with its place, without its secrets. */
export function placeOf({ host, port }: Pick<NatsServer, 'host' | 'port'>): string {
  return `nats://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** All servers, as messages name them. */
export function placesOf(servers: readonly NatsServer[]): string {
  return servers.map(placeOf).join(',');
}

/** Reads NATS_CREDS. @throws NatsSettingsWrong */
export function readCredentials(path: string): { jwt: string; seed: string } {
  const text = readSetting('NATS_CREDS', path);
  const jwt = /-{3,}BEGIN NATS USER JWT-{3,}\s+(\S+)\s+-{3,}END/.exec(text)?.[1];
  const seed = /-{3,}BEGIN USER NKEY SEED-{3,}\s+(SU[A-Z2-7]{56})\s+-{3,}END/.exec(text)?.[1];
  if (jwt !== undefined && seed !== undefined) return { jwt, seed };
  const what = `must be a credentials file with a user's JWT and the seed of its key: ${path} is not`;
  throw new NatsSettingsWrong('NATS_CREDS', what);
}

/** Reads NATS_CA: certificates in PEM. @throws NatsSettingsWrong */
export function readAuthorities(path: string): string {
  const text = readSetting('NATS_CA', path);
  try {
    new X509Certificate(text);
    return text;
  } catch (cause) {
    throw new NatsSettingsWrong('NATS_CA', `must be a file of certificates: ${path} is not`, cause);
  }
}

function readSetting(setting: 'NATS_CREDS' | 'NATS_CA', path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? ` (${cause.code})` : '';
    throw new NatsSettingsWrong(setting, `must be a file: ${path} cannot be read${why}`, cause);
  }
}
