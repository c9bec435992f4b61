/**
 * What it costs that another engine owns an item: a dispatch here, an inbox in another process, and
 * nats-server between them, without HTTP, decisions or a journal. CPU of each of the three, for a command and
 * its reply, by how many commands a turn of the HTTP thread brings.
 */
import { fileURLToPath } from 'node:url';
import { Courier } from '../../actors/cluster/courier.ts';
import { type Command, code } from '../../actors/protocol.ts';
import { makeSharedMemory } from '../../actors/shared.ts';
import { accepts, freePort, startProcess, waitUntilReady } from '../../actors/testing/process.ts';
import { Dispatch } from '../../src/dispatch/dispatch.ts';
import { emptyReport, median, type Part, reported, WrongAnswer } from '../report/report.ts';
import { cpuTimes } from '../servers/cpu.ts';
import { ownerEngine } from './forwarding-owner-process.ts';
import { nonceOf } from './nonces.ts';

const script = fileURLToPath(new URL('./forwarding-owner-process.ts', import.meta.url));
const turns = [8, 32, 128] as const;

export const forwarding: Part = {
  name: 'forwarding',
  async run({ quick, services, progress }) {
    if (!services.nats) return emptyReport();
    const ends: (() => Promise<void>)[] = [];
    try {
      const port = await freePort();
      const nats = startProcess({ command: ['nats-server', '-a', '127.0.0.1', '-p', `${port}`] });
      ends.push(nats.stop);
      await waitUntilReady(nats, () => accepts(port));
      const url = `nats://127.0.0.1:${port}`;
      const owner = startProcess({ command: [process.execPath, script, url] });
      ends.push(owner.stop);
      await waitUntilReady(owner, () => owner.stdout().includes('listening'));
      const sender = await Sender.open(url);
      ends.push(() => sender.close());
      const pids = { owner: owner.pid, nats: nats.pid };
      const targets = [];
      for (const turn of turns) {
        progress(`forwarding: ${turn} commands a turn`);
        await sender.send(quick ? 50_000 : 100_000, turn); // Compilers are warm after this.
        const orders = quick ? 100_000 : 400_000;
        targets.push(figure(turn, await measure(sender, pids, orders, turn)));
      }
      return { ...emptyReport(), targets };
    } finally {
      for (const end of ends.reverse()) await end();
    }
  },
};

/** Microseconds of CPU for a command and its reply, and milliseconds from a turn to its last reply. */
interface Cost {
  sender: number;
  owner: number;
  nats: number;
  p50Ms: number;
}

function figure(turn: number, { sender, owner, nats, p50Ms }: Cost) {
  const parts = `sender ${sender.toFixed(2)}, owner ${owner.toFixed(2)}, nats-server ${nats.toFixed(2)}`;
  const note = `${parts}; p50 of a turn ${p50Ms.toFixed(2)} ms`;
  return reported(`forwarding, ${turn} commands a turn: CPU`, sender + owner + nats, ' µs', note);
}

async function measure(
  sender: Sender,
  pids: { owner: number; nats: number },
  orders: number,
  turn: number,
): Promise<Cost> {
  const used = () => ({
    own: process.cpuUsage(),
    owner: nanos(pids.owner),
    nats: nanos(pids.nats),
  });
  const before = used();
  const p50Ms = await sender.send(orders, turn);
  const after = used();
  const own = process.cpuUsage(before.own);
  return {
    sender: (own.user + own.system) / orders,
    owner: (after.owner - before.owner) / 1_000 / orders,
    nats: (after.nats - before.nats) / 1_000 / orders,
    p50Ms,
  };
}

function nanos(pid: number): number {
  const { http, actor, projector, rest } = cpuTimes(pid);
  return http + actor + projector + rest;
}

/** An HTTP thread without HTTP. */
class Sender {
  static async open(url: string): Promise<Sender> {
    const report = (what: string) => console.error(what);
    const courier = new Courier({ url }, { name: 'sender', report });
    while (!courier.isConnected) await Bun.sleep(10);
    return new Sender(courier, report);
  }

  readonly #dispatch: Dispatch;

  private constructor(
    private readonly courier: Courier,
    report: (what: string) => void,
  ) {
    this.#dispatch = new Dispatch(
      {
        ...{ thread: 0, life: 0, partitions: 1, actorThreads: 1 },
        memory: makeSharedMemory(1, 1),
        writer: 'sender',
      },
      {
        board: { count: () => undefined },
        metrics: { countCommand: () => undefined, countForwarded: () => undefined },
        courier,
        report,
      },
    );
    this.#dispatch.start();
    this.#dispatch.setOwners([{ id: ownerEngine, actorThreads: 1 }]);
  }

  /** Sends so many orders, a turn of them at a time, and resolves with the median time of a turn. */
  async send(orders: number, turn: number): Promise<number> {
    const times: number[] = [];
    for (let first = 0; first < orders; first += turn) {
      const startedAt = performance.now();
      const replies = Array.from({ length: turn }, (_, n) => this.#dispatch.send(order(first + n)));
      for (const reply of await Promise.all(replies)) {
        if (reply.code !== code.ok) throw new WrongAnswer(`a forwarded order got ${reply.code}`);
      }
      times.push(performance.now() - startedAt);
    }
    return median(times);
  }

  async close(): Promise<void> {
    this.#dispatch.stop();
    await this.courier.close();
  }
}

function order(user: number): Command {
  const nonce = nonceOf(user);
  return { type: 'place', item: 1, user, promo: 1, amount: 1, nonce, expiresAt: 1_795_550_400 };
}
