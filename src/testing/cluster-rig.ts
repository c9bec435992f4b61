/** Several engines on the same servers, a sale in each partition, and a crowd that buys at all of them. */
import { expect } from 'bun:test';
import {
  freeze,
  type TemporaryFolder,
  temporaryFolder,
  waitUntil,
} from '../../actors/testing/process.ts';
import {
  type Answer,
  type Client,
  type EngineOptions,
  type Sale,
  startTestEngine,
  type TestEngine,
} from './engine-process.ts';
import { patienceMs, readinessOf, type Statement } from './fault-rig.ts';
import { Buyers } from './persistent-buyers.ts';
import { type PostgresServer, startPostgres } from './postgres.ts';
import { type SellingAgain, sellingAgain } from './selling-again.ts';

/** As many sales there are, one in each. */
const partitions = 8;

/** One engine of the cluster, through its lives. */
export interface Member {
  /** From 0, in the order in which they were first started. */
  readonly number: number;
  /** Its `DATA_DIR`, which it keeps when it is started again. */
  readonly folder: TemporaryFolder;
  /** Settings of its own, added to those of all. */
  readonly env: Record<string, string>;
  engine: TestEngine;
  /** Whether buyers send it requests. */
  asked: boolean;
}

/** What `GET /api/admin/engines` says, as far as this rig reads it. */
interface EnginesSaid {
  engines: { id: string; self: boolean }[];
  partitions: { partition: number; owner: string | null }[];
}

/** Who owns each partition, by its number, and which of them the engine that says so is itself. */
interface View {
  self: string;
  owners: (string | null)[];
}

export class ClusterRig {
  readonly members: Member[] = [];
  /** By partition: a sale of an item in it, with more units than anybody wants. */
  sales: Sale[] = [];

  readonly #folder = temporaryFolder();
  #buyers: Buyers | null = null;
  #asked = 0;

  private constructor(
    /** What all have in common. */
    readonly env: Record<string, string>,
    private readonly nats: { remove(): Promise<void> },
    readonly postgres: PostgresServer,
    private readonly options: Pick<EngineOptions, 'script' | 'args'>,
  ) {}

  /**
   * Nobody is in it yet. It takes the NATS server or cluster over, to remove it in the end, and starts a
   * PostgreSQL: engines that had a database each would lack what the others sell.
   */
  static async on(
    nats: { url: string; remove(): Promise<void> },
    env: Record<string, string> = {},
    options: Pick<EngineOptions, 'script' | 'args'> = {},
  ): Promise<ClusterRig> {
    const postgres = await startPostgres();
    const common = { NATS_URL: nats.url, DATABASE_URL: await postgres.createDatabase() };
    return new ClusterRig({ ...common, ...env }, nats, postgres, options);
  }

  get buyers(): Buyers {
    return this.#buyers!;
  }

  /** Those that buyers send requests to. */
  get asked(): Member[] {
    return this.members.filter(({ asked }) => asked);
  }

  /** Starts one more engine. */
  async add(env: Record<string, string> = {}): Promise<Member> {
    const folder = temporaryFolder();
    const engine = await this.#started(folder, env);
    const member = { number: this.members.length, folder, env, engine, asked: true };
    this.members.push(member);
    return member;
  }

  /** Starts an engine again that has ended. */
  async startAgain(member: Member): Promise<void> {
    member.engine = await this.#started(member.folder, member.env);
    member.asked = true;
  }

  #started(folder: TemporaryFolder, env: Record<string, string>): Promise<TestEngine> {
    return startTestEngine({
      dataDir: folder.path,
      env: { PARTITIONS: String(partitions), LOG_LEVEL: 'info', ...this.env, ...env },
      ...this.options,
    });
  }

  async kill(member: Member): Promise<void> {
    member.asked = false;
    await member.engine.kill();
  }

  /** Stops an engine in the midst of what it does; buyers ask the others. */
  async freeze(member: Member): Promise<void> {
    member.asked = false;
    await freeze([member.engine.process.pid]);
  }

  /**
   * SIGTERM: buyers ask it until it says to one of them that it closes the connection. Resolves with the exit
   * code.
   */
  leave(member: Member): Promise<number | null> {
    return member.engine.stop();
  }

  thaw(member: Member): void {
    member.engine.process.signal('SIGCONT');
    member.asked = true;
  }

  /** Makes a sale in each partition and lets the crowd in. */
  async sell(): Promise<void> {
    await this.untilShared();
    const { engine } = this.members[0]!;
    for (let made = 0; made < partitions; made++) {
      const sale = await engine.sale({ stock: 1_000_000, limitPerUser: 2 });
      this.sales[sale.itemId % partitions] = sale;
    }
    this.#buyers = new Buyers(this.next, this.sales, { size: 16, pauseMs: 50 });
    await this.buyers.buy(200);
  }

  /**
   * The engine to ask next, of those that are asked in turn: as clients do that have an address for each, and
   * turn to the others where one says that it closes the connection.
   */
  readonly next = (): Client => {
    const asked = this.asked;
    const member = asked[this.#asked++ % asked.length];
    if (member === undefined) throw new Error('no engine is left to be asked');
    const { engine } = member;
    const heeding = async <T>(answer: Promise<Answer<T>>): Promise<Answer<T>> => {
      const heard = await answer;
      const closes = heard.headers.get('connection')?.toLowerCase() === 'close';
      if (closes && member.engine === engine) member.asked = false;
      return heard;
    };
    return {
      ...engine,
      api: (method, path, body, options) => heeding(engine.api(method, path, body, options)),
      place: (token, amount, options) => heeding(engine.place(token, amount, options)),
    };
  };

  /**
   * Resolves when all that are asked are ready, and say the same of who owns what: one of them each partition. By
   * chance an engine may own none.
   */
  async untilShared(withinMs = patienceMs): Promise<void> {
    let said: unknown;
    const isShared = async () => {
      const engines = this.asked.map(({ engine }) => engine);
      const states = await Promise.all(engines.map(readinessOf));
      said = states.map(({ reasons }) => reasons);
      if (!states.every(({ ready }) => ready)) return false;
      const views = await Promise.all(engines.map(viewOf));
      said = views;
      const { owners } = views[0]!;
      const engineIds = new Set<string | null>(views.map(({ self }) => self));
      const agreed = views.every((view) => Bun.deepEquals(view.owners, owners));
      return agreed && owners.every((owner) => engineIds.has(owner));
    };
    await waitUntil('the partitions are shared', isShared, withinMs).catch((cause) => {
      throw new Error(`not shared: ${JSON.stringify(said)}\n${this.words()}`, { cause });
    });
  }

  /** Partitions that an engine owns, as it says itself. */
  async ownedBy({ engine }: Member): Promise<number[]> {
    const { self, owners } = await viewOf(engine);
    return owners.flatMap((owner, partition) => (owner === self ? [partition] : []));
  }

  /** The engine that owns most, of those that are asked. */
  async busiest(): Promise<{ member: Member; owned: number[] }> {
    const each = this.asked.map(async (member) => ({ member, owned: await this.ownedBy(member) }));
    const [first] = (await Promise.all(each)).sort((a, b) => b.owned.length - a.owned.length);
    return first!;
  }

  /** How soon the sales of `partitions` sell again at the engines that are asked. */
  sellingAgain(
    what: string,
    faultAt: number,
    partitions: readonly number[],
    withinMs?: number,
  ): Promise<SellingAgain> {
    const sales = partitions.map((partition) => this.sales[partition]!);
    return sellingAgain(what, { buyers: this.buyers, sales, faultAt }, this.next, withinMs);
  }

  async #statements(): Promise<Statement[]> {
    const path = '/api/admin/statements';
    const answer = await this.next().api<{ items: Statement[] }>('GET', path);
    return answer.data.items;
  }

  /**
   * Ends the sale, stops the engines, and checks that everything buyers were told is true. Nobody may be kept from
   * buying by what is still broken. `others`: orders of the test's own.
   */
  async expectKept(others = 0): Promise<void> {
    await this.expectSameAnswers();
    await this.#untilProjected();
    const codes = await Promise.all(this.asked.map(({ engine }) => engine.stop()));
    expect(codes).toEqual(codes.map(() => 0));
    await this.buyers.expectKept(this.#folder.path, this.env, others);
  }

  /** Ends the sale and checks that everything buyers were told is true, while the engines go on. */
  async expectKeptSoFar(): Promise<void> {
    await this.expectSameAnswers();
    await this.#untilProjected();
    await this.buyers.expectKept(this.#folder.path, this.env);
  }

  /** Ends the sale; every buyer asks each engine again, and gets the answer that they had. */
  async expectSameAnswers(): Promise<void> {
    await this.buyers.stop();
    for (const { engine } of this.asked) await this.buyers.askAgain(() => engine);
    expect(this.buyers.notKnown).toBe(0);
  }

  async #untilProjected(): Promise<void> {
    const isProjected = async () =>
      (await this.#statements()).every(({ sqlSeq, journalSeq }) => sqlSeq === journalSeq);
    await waitUntil('SQL holds every entry', isProjected, patienceMs);
  }

  /** Checks that nobody was told to ask again, and that no request failed, since the crowd was let in. */
  expectNobodySentAway(): void {
    const told = Object.fromEntries(this.buyers.told);
    if (Object.keys(told).length > 0) console.error(this.words());
    expect(told).toEqual({});
  }

  /** What the engines have written, for whoever looks into a failure. */
  words(): string {
    const last = ({ number, engine }: Member) =>
      `engine ${number}:\n${engine.process.output().slice(-4_000)}`;
    return this.members.map(last).join('\n');
  }

  async remove(): Promise<void> {
    for (const { engine } of this.members) await engine.kill();
    for (const { folder } of this.members) folder.remove();
    await this.nats.remove();
    await this.postgres.remove();
    this.#folder.remove();
  }
}

async function viewOf(engine: TestEngine): Promise<View> {
  const { data } = await engine.api<EnginesSaid>('GET', '/api/admin/engines');
  const owners: (string | null)[] = [];
  for (const { partition, owner } of data.partitions) owners[partition] = owner;
  return { self: data.engines.find(({ self }) => self)!.id, owners };
}
