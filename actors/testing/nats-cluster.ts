/**
 * A cluster of three real NATS servers for tests. Each route between two of them goes through relays,
 * so that a node can be cut off from the others while it goes on and keeps its clients.
 */
import { type NatsServer, startNats } from './nats.ts';
import { freePort, waitUntil } from './process.ts';
import { type Relay, startRelay } from './relay.ts';

const size = 3;

/**
 * What a node tells the others of its own address for routes. Nothing listens there: otherwise the
 * nodes would learn of each other's ports and go round the relays.
 */
const advertised = '127.0.0.1:1';

export interface NatsCluster {
  readonly nodes: readonly NatsServer[];
  /** All nodes, separated by commas, the first one first. */
  readonly url: string;
  /** Ends all routes of a node until `heal`: it keeps its clients, and hears nothing of the others. */
  cut(node: number): void;
  /** As `cut`, but the routes stay open and silent: nobody is told. */
  silence(node: number): void;
  /** Heals all routes of a node. */
  heal(node: number): void;
  /** Resolves once every node has found the others, and agrees with them on who leads. */
  untilWhole(): Promise<void>;
  /** Resolves once the nodes but one agree on who leads the cluster, and it is not that one. */
  untilLedWithout(node: number): Promise<void>;
  /** The node that leads a stream, as a node knows; null when that knows none. */
  leaderOf(stream: string, asked?: number): Promise<number | null>;
  /** The node that leads a stream, once the first knows one: it may hear of it after who made the stream. */
  untilLed(stream: string): Promise<number>;
  remove(): Promise<void>;
}

/**
 * @param lines - added to the configuration of each node: who may log in, say.
 * @param options - `severable`: false for routes without relays, which cost time; no node can be cut off then.
 */
export async function startNatsCluster(
  lines: readonly string[] = [],
  { severable = true } = {},
): Promise<NatsCluster> {
  const routePorts: number[] = [];
  const monitorPorts: number[] = [];
  for (let node = 0; node < size; node++) {
    routePorts.push(await freePort());
    monitorPorts.push(await freePort());
  }
  // Either of two nodes may open the route between them; they keep the one that stands first.
  const routes: { from: number; to: number; port: number; relay: Relay | null }[] = [];
  for (let from = 0; from < size; from++) {
    for (let to = 0; to < size; to++) {
      if (from === to) continue;
      const relay = severable ? await startRelay(routePorts[to]!) : null;
      routes.push({ from, to, port: relay?.port ?? routePorts[to]!, relay });
    }
  }
  const nodes: NatsServer[] = [];
  for (let node = 0; node < size; node++) {
    const opened = routes.filter(({ from }) => from === node);
    const urls = opened.map(({ port }) => `"nats-route://127.0.0.1:${port}"`);
    const own = [
      `server_name: "${nameOf(node)}"`,
      `http: "127.0.0.1:${monitorPorts[node]}"`,
      `cluster { name: "test", listen: "127.0.0.1:${routePorts[node]}", advertise: "${advertised}", routes: [${urls.join(', ')}] }`,
    ];
    nodes.push(await startNats({ lines: [...own, ...lines] }));
  }
  const each = (node: number, act: (relay: Relay) => void) => {
    for (const { from, to, relay } of routes) {
      if (from !== node && to !== node) continue;
      if (relay === null) throw new Error('these routes cannot be severed');
      act(relay);
    }
  };
  const cluster: NatsCluster = {
    nodes,
    url: nodes.map(({ url }) => url).join(','),
    cut: (node) => each(node, (relay) => relay.cut()),
    silence: (node) => each(node, (relay) => relay.hold()),
    heal: (node) => each(node, (relay) => relay.heal()),
    untilWhole: () => waitUntil('the cluster is whole', () => isWhole(monitorPorts)),
    untilLedWithout: (node) =>
      waitUntil(`the cluster is led without ${nameOf(node)}`, async () => {
        const asked = monitorPorts.filter((_, index) => index !== node);
        const leader = await leaderSaid(asked);
        return leader !== null && leader !== nameOf(node);
      }),
    leaderOf: async (stream, asked = 0) => {
      const { account_details = [] } = await monitor(monitorPorts[asked]!, 'jsz?streams=true');
      const streams = account_details.flatMap(({ stream_detail = [] }) => stream_detail);
      const leader = streams.find(({ name }) => name === stream)?.cluster?.leader ?? '';
      const node = nodes.findIndex((_, index) => nameOf(index) === leader);
      return node < 0 ? null : node;
    },
    untilLed: async (stream) => {
      let leader: number | null = null;
      await waitUntil(`${stream} is led`, async () => {
        leader = await cluster.leaderOf(stream);
        return leader !== null;
      });
      return leader!;
    },
    async remove() {
      for (const node of nodes) await node.remove();
      for (const { relay } of routes) await relay?.stop();
    },
  };
  await cluster.untilWhole();
  return cluster;
}

function nameOf(node: number): string {
  return `node-${node}`;
}

/** What a server's monitoring port says of JetStream, as far as this rig reads it. */
interface JetStreamState {
  meta_cluster?: { leader?: string; replicas?: { current?: boolean; offline?: boolean }[] };
  account_details?: { stream_detail?: { name: string; cluster?: { leader?: string } }[] }[];
}

async function monitor(port: number, page: string): Promise<JetStreamState> {
  const answer = await fetch(`http://127.0.0.1:${port}/${page}`);
  // The pages are nats-server's own, whose fields the type above names as optional.
  return (await answer.json()) as JetStreamState;
}

/** Whom the nodes name as the leader of the cluster; null when they do not agree. */
async function leaderSaid(monitorPorts: readonly number[]): Promise<string | null> {
  const states = await Promise.all(monitorPorts.map((port) => monitor(port, 'jsz')));
  const [leader = '', ...others] = new Set(
    states.map(({ meta_cluster }) => meta_cluster?.leader ?? ''),
  );
  return leader === '' || others.length > 0 ? null : leader;
}

/** True when all nodes name the same leader, and that one says that the others follow. */
async function isWhole(monitorPorts: readonly number[]): Promise<boolean> {
  if ((await leaderSaid(monitorPorts)) === null) return false;
  const states = await Promise.all(monitorPorts.map((port) => monitor(port, 'jsz')));
  const following = states.flatMap(({ meta_cluster }) => meta_cluster?.replicas ?? []);
  return following.filter(({ current, offline }) => current && !offline).length === size - 1;
}
