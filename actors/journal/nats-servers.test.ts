import { describe, expect, test } from 'bun:test';
import { natsAddress, placeOf } from './nats-address.ts';
import { NatsServers } from './nats-servers.ts';

const serversOf = (url: string) => new NatsServers(natsAddress({ url }).servers);
const places = (servers: NatsServers) =>
  servers.inTurn().map((server) => placeOf(server).replace('nats://', ''));

describe('the servers that the journal may connect to', () => {
  test('are tried in turn, beginning after the one that was tried last', () => {
    const servers = serversOf('nats://a,nats://b,nats://c');
    expect(places(servers)).toEqual(['a:4222', 'b:4222', 'c:4222']);
    servers.tried(servers.inTurn()[1]!);
    expect(places(servers)).toEqual(['c:4222', 'a:4222', 'b:4222']);
    expect(servers.others('nats://a:4222').map(({ host }) => host)).toEqual(['c', 'b']);
  });

  test('are joined by those that they name, once each, with the first login of the settings', () => {
    const servers = serversOf('nats://a,nats://u:p@b');
    servers.learn(['b:4222', '10.0.0.3:4222', '[::1]:4222', '10.0.0.3:4222', 'not a place:x']);
    expect(places(servers)).toEqual(['a:4222', 'b:4222', '[::1]:4222', '10.0.0.3:4222']);
    for (const { login } of servers.inTurn()) expect(login).toEqual({ user: 'u', pass: 'p' });
  });

  test('are remembered when a server that has lost the others no longer names them', () => {
    const servers = serversOf('nats://10.0.0.1');
    servers.learn(['10.0.0.1:4222', '10.0.0.2:4222']);
    servers.learn(['10.0.0.1:4222']);
    expect(places(servers)).toEqual(['10.0.0.1:4222', '10.0.0.2:4222']);
  });

  test('do not grow without end: those not named for longest are forgotten, never those of the settings', () => {
    const servers = serversOf('nats://a');
    for (let n = 1; n <= 1_000; n++) servers.learn([`10.0.${n >> 8}.${n & 255}:4222`]);
    const known = places(servers);
    expect(known).toHaveLength(17);
    expect(known[0]).toBe('a:4222');
    expect(known.at(-1)).toBe('10.0.3.232:4222');
  });
});
