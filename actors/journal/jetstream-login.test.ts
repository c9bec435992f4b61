import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { createServer, type Socket } from 'node:net';
import { makeAuthority } from '../testing/certificates.ts';
import { bytesOf, readTexts } from '../testing/journal-contract.ts';
import { type NatsOptions, type NatsServer, startNats } from '../testing/nats.ts';
import { natsOperator } from '../testing/nats-operator.ts';
import { freePort, type TemporaryFolder, temporaryFolder, waitUntil } from '../testing/process.ts';
import { JetStreamJournal } from './jetstream.ts';
import { JournalMisconfigured, JournalUnavailable } from './journal.ts';
import type { NatsSettings } from './nats-address.ts';

// Each test starts servers.
setDefaultTimeout(240_000);

const secret = 'hunter2@:/é';
const written = encodeURIComponent(secret);

let folder: TemporaryFolder;
let servers: NatsServer[];
let opened: JetStreamJournal[];
let reports: string[];

beforeEach(() => {
  folder = temporaryFolder();
  [servers, opened, reports] = [[], [], []];
});

afterEach(async () => {
  for (const journal of opened) await journal.close();
  for (const server of servers) await server.remove();
  folder.remove();
});

async function start(...lines: string[]): Promise<NatsServer> {
  return startWith({ lines });
}

async function startWith(options: NatsOptions): Promise<NatsServer> {
  const server = await startNats(options);
  servers.push(server);
  return server;
}

async function open(settings: NatsSettings, patienceMs = 0): Promise<JetStreamJournal> {
  const report = (state: string) => reports.push(state);
  const options = { ...settings, replicas: 1, partitions: 2, patienceMs, report };
  const journal = await JetStreamJournal.open(options);
  opened.push(journal);
  return journal;
}

/** Opens the journal, appends to it and reads it. */
async function expectUsable(settings: NatsSettings): Promise<JetStreamJournal> {
  const journal = await open(settings);
  await journal.probe();
  const last = await journal.last(0);
  const texts = ['a', 'b', 'c', 'd', 'e', 'f'];
  for (const [index, text] of texts.entries()) {
    await journal.append(0, last + index, bytesOf(text));
  }
  expect(await readTexts(journal, 0, last + 1)).toEqual(texts);
  return journal;
}

/** The one line with which the journal refuses the settings for good. */
async function refusal(settings: NatsSettings): Promise<string> {
  const error: unknown = await open(settings).catch((cause) => cause);
  expect(error).toBeInstanceOf(JournalMisconfigured);
  const { message } = error as JournalMisconfigured;
  expect(message).not.toContain('\n');
  for (const each of ['hunter2', secret, written]) expect(message).not.toContain(each);
  return message;
}

const at = ({ port }: NatsServer, login: string) => `nats://${login}@127.0.0.1:${port}`;

describe('a server that asks for a user and password', () => {
  const user = `authorization { user: "buyer", password: "${secret}" }`;

  test('lets the journal in with those of the URL', async () => {
    const server = await start(user);
    await expectUsable({ url: at(server, `buyer:${written}`) });
  });

  test('refuses others, and none, in one line that names the setting', async () => {
    const server = await start(user);
    for (const url of [at(server, 'buyer:hunter2'), at(server, 'hunter2'), server.url]) {
      const line = await refusal({ url });
      expect(line).toStartWith(`${server.url} does not let us in`);
      expect(line).toEndWith('check the credentials in NATS_URL');
    }
  });

  test('is come back to when it has known the password no longer for a while', async () => {
    const server = await start(user);
    const journal = await expectUsable({ url: at(server, `buyer:${written}`) });
    await server.kill();
    const other = await startWith({ lines: ['authorization { token: "x" }'], port: server.port });
    await waitUntil('the refusal is reported', () =>
      reports.some((line) => line.includes('does not let us in')),
    );
    await other.remove();
    await server.start();
    await waitUntil('the journal is back', async () => (await journal.last(0)) === 6);
    expect(reports.join('\n')).not.toContain('hunter2');
  });
});

test('a server that asks for a token lets the journal in with that of the URL', async () => {
  const server = await start(`authorization { token: "${secret}" }`);
  await expectUsable({ url: at(server, written) });
  expect(await refusal({ url: at(server, 'hunter2') })).toContain('does not let us in');
});

describe('a server with an operator', () => {
  const credentialsFile = async (text: string) => {
    await Bun.write(folder.file('user.creds'), text);
    return folder.file('user.creds');
  };

  test('lets the journal in with a credentials file', async () => {
    const operator = natsOperator();
    const { url } = await start(...operator.lines);
    const file = await credentialsFile(operator.credentials());
    await expectUsable({ url, credentialsFile: file });
  });

  test('refuses the credentials of another operator, and expired ones', async () => {
    const operator = natsOperator();
    const { url } = await start(...operator.lines);
    const yesterday = Math.floor(Date.now() / 1000) - 86_400;
    for (const text of [natsOperator().credentials(), operator.credentials({ exp: yesterday })]) {
      const line = await refusal({ url, credentialsFile: await credentialsFile(text) });
      expect(line).toStartWith(`${url} does not let us in`);
      expect(line).toEndWith('check the credentials in NATS_CREDS');
    }
  });

  test('is logged in to anew with what the file holds when the old credentials expire', async () => {
    const operator = natsOperator();
    const { url } = await start(...operator.lines);
    const exp = Math.ceil(Date.now() / 1000) + 3;
    const file = await credentialsFile(operator.credentials({ exp }));
    const journal = await expectUsable({ url, credentialsFile: file });
    await credentialsFile('half-written');
    await waitUntil('the file is asked for, and is of no use', () =>
      reports.some((line) => line.includes('NATS_CREDS must be a credentials file')),
    );
    await credentialsFile(operator.credentials());
    await waitUntil('the journal is back', async () => (await journal.last(0)) === 6);
  });

  test('whose account has no JetStream says so', async () => {
    const operator = natsOperator({ jetStream: false });
    const { url } = await start(...operator.lines);
    const file = await credentialsFile(operator.credentials());
    expect(await refusal({ url, credentialsFile: file })).toBe(
      `${url} has JetStream, but not for our account: enable it there`,
    );
  });
});

describe('a server that encrypts', () => {
  const encrypting = (names: string, ca = makeAuthority(folder)) => {
    const { certificate, key } = ca.issue('server', names);
    return { ca, line: `tls { cert_file: "${certificate}", key_file: "${key}", timeout: 5 }` };
  };

  test('is believed by the authority of NATS_CA, by its address and by its name', async () => {
    const { ca, line } = encrypting('IP:127.0.0.1,DNS:localhost');
    const { port } = await start(line);
    await expectUsable({ url: `tls://127.0.0.1:${port}`, caFile: ca.path });
    await expectUsable({ url: `tls://localhost:${port}`, caFile: ca.path });
  });

  test('is not believed without its authority, nor by another, nor under another name', async () => {
    const { ca, line } = encrypting('DNS:elsewhere.example,IP:127.0.0.9');
    const { port } = await start(line);
    const other = makeAuthority(folder, 'other');
    const settings = [
      { url: `tls://127.0.0.1:${port}` },
      { url: `nats://127.0.0.1:${port}` },
      { url: `tls://127.0.0.1:${port}`, caFile: other.path },
      { url: `tls://127.0.0.1:${port}`, caFile: ca.path },
      { url: `tls://localhost:${port}`, caFile: ca.path },
    ];
    for (const each of settings) {
      expect(await refusal(each)).toMatch(/shows a certificate that is not trusted .*NATS_CA/);
    }
  });

  test('is asked for by tls://: one that does not is refused before it hears a secret', async () => {
    const server = await start();
    const url = `tls://buyer:${written}@127.0.0.1:${server.port}`;
    expect(await refusal({ url })).toBe(
      `${server.url} offers no TLS, which tls:// in NATS_URL asks for`,
    );
  });
});

describe('a server', () => {
  test('without JetStream is named in one line that says how to switch it on', async () => {
    const { url } = await startWith({ jetStream: false });
    expect(await refusal({ url })).toBe(
      `${url} has no JetStream: start it with -js, or with jetstream {} in its configuration`,
    );
  });

  const rights = (publish: string, subscribe = '"_INBOX.>"') =>
    `authorization { users: [{ user: u, password: p, permissions: { publish: [${publish}], subscribe: [${subscribe}] } }] }`;
  const enough = '"$JS.API.>", "stampede.journal.*"';

  test('may give the journal no more rights than those of the README', async () => {
    const server = await start(rights(enough));
    await expectUsable({ url: at(server, 'u:p') });
  });

  test('that gives too few rights is named with what is missing', async () => {
    for (const [line, missing] of [
      [rights('"stampede.journal.*"'), /too few rights: .*Publish to "\$JS.API.INFO"/],
      [rights(enough, '"other"'), /too few rights: .*Subscription to "_INBOX/],
    ] as const) {
      const server = await start(line);
      expect(await refusal({ url: at(server, 'u:p') })).toMatch(missing);
    }
    const server = await start(rights('"$JS.API.>"'));
    const journal = await open({ url: at(server, 'u:p') });
    const appending = journal.append(0, 0, bytesOf('a'));
    await expect(appending).rejects.toBeInstanceOf(JournalUnavailable);
    await expect(appending).rejects.toThrow(/Publish to "stampede.journal.00"/);
  });

  test('that is down is passed over for the next of the list, each with its own login', async () => {
    const server = await start('authorization { user: "b", password: "pb" }');
    const down = `nats://a:pa@127.0.0.1:${await freePort()}`;
    const journal = await expectUsable({ url: `${down}, ${at(server, 'b:pb')}` });
    await server.kill();
    await server.start();
    await waitUntil('the journal is back', async () => (await journal.last(0)) === 6);
  });

  test('that refuses the journal is passed over for one that does not', async () => {
    const [refusing, server] = [await start('authorization { token: "t" }'), await start()];
    await expectUsable({ url: `${at(refusing, 'wrong')},${at(server, 'u:p')}` });
  });

  test('that accepts and says nothing costs no socket for each time it is tried', async () => {
    const sockets = new Set<Socket>();
    const silent = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    });
    const port = await freePort();
    await new Promise<void>((resolve) => silent.listen(port, '127.0.0.1', resolve));
    const opening = open({ url: `nats://127.0.0.1:${port}` });
    await expect(opening).rejects.toThrow(/accepts connections and says nothing/);
    await waitUntil('no connection is left', () => sockets.size === 0);
    silent.close();
  });
});
