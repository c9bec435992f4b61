/**
 * The queue over HTTP: people who are logged in join by asking for a token, and then ask again when they
 * are told to, as the page does for them.
 */
import { reported, type Target, thousands, WrongAnswer } from '../report/report.ts';
import { type EngineServer, startEngineServer } from '../servers/servers.ts';
import { openSale, type Sale } from '../servers/shop.ts';
import { openSessions, type Phase, phase, rehearsalScript } from './buyers.ts';

/** Fewer than the bucket of one item holds: its limit is not what is measured. */
const peopleOfItem = 4_000;

export async function queueOverHttp(
  quick: boolean,
  progress: (what: string) => void,
): Promise<Target[]> {
  const items = quick ? 1 : 5;
  const engine = await startEngineServer({ script: rehearsalScript });
  try {
    await (await Crowd.of(engine, 1, 300, 1)).join(); // Compilers are warm after this.
    const crowd = await Crowd.of(engine, items, peopleOfItem, 10_001);
    progress(`queue: ${thousands(crowd.size)} people join over HTTP`);
    const joining = await crowd.join();
    progress('queue: all of them ask again');
    const asking = await crowd.askAgain();
    // What everybody was told: once in so many seconds, and one person more often than another.
    const perSecond = crowd.asksPerSecond;
    const client = 'the client shares the machine';
    return [
      reported('queue over HTTP: joins', joining.perSecond, '/s', client),
      reported('queue over HTTP: CPU of a join', microsOf(joining), ' µs', partsOf(joining)),
      reported('queue over HTTP: asking again', asking.perSecond, '/s', client),
      reported('queue over HTTP: CPU of asking again', microsOf(asking), ' µs', partsOf(asking)),
      reported(
        'queue over HTTP: people whose asking, as told, takes one core',
        (crowd.size * 1e6) / (microsOf(asking) * perSecond),
        '',
        `each is told to ask every ${(crowd.size / perSecond).toFixed(1)} s, in the mean`,
      ),
    ];
  } finally {
    await engine.stop();
  }
}

interface Person {
  url: string;
  headers: Record<string, string>;
  body: string;
  /** How long they were told to wait, milliseconds. */
  waitMs: number;
}

/** People who all want the one unit of their item. */
class Crowd {
  private constructor(
    private readonly engine: EngineServer,
    private readonly people: readonly Person[],
  ) {}

  static async of(engine: EngineServer, items: number, ofItem: number, firstUser: number) {
    const sales: Sale[] = [];
    for (let n = 0; n < items; n++) sales.push(await openSale(engine, 1, { gateFactor: 1 }));
    const sessions = await openSessions(engine, items * ofItem, firstUser);
    const people = sessions.map((session, index): Person => {
      const { itemId, promoId } = sales[index % items]!;
      return {
        url: `${engine.url}/api/items/${itemId}/tokens`,
        headers: { authorization: `Bearer ${session}`, 'content-type': 'application/json' },
        body: JSON.stringify({ promoId }),
        waitMs: 0,
      };
    });
    return new Crowd(engine, people);
  }

  get size(): number {
    return this.people.length;
  }

  /** One for each item gets in, and all others wait. */
  join(): Promise<Phase> {
    return phase(this.engine, this.size, (index) => ask(this.people[index]!));
  }

  /** Everybody asks once more. */
  askAgain(): Promise<Phase> {
    return phase(this.engine, this.size, (index) => ask(this.people[index]!));
  }

  /** How often all of them together ask who do as they are told. */
  get asksPerSecond(): number {
    return this.people.reduce((sum, { waitMs }) => sum + 1_000 / waitMs, 0);
  }
}

function microsOf({ http, actor, rest }: Phase): number {
  return http + actor + rest;
}

function partsOf({ http, actor, rest }: Phase): string {
  return `HTTP ${http.toFixed(0)}, actor ${actor.toFixed(0)}, runtime ${rest.toFixed(0)}`;
}

/** Asks for a token, and takes what it is told. */
async function ask(person: Person): Promise<void> {
  const { url, headers, body } = person;
  const response = await fetch(url, { method: 'POST', headers, body });
  const text = await response.text();
  if (response.status !== 201 && response.status !== 202) {
    throw new WrongAnswer(`queue over HTTP: ${response.status} ${text}`);
  }
  const seconds = response.headers.get('retry-after');
  if (response.status === 202 && seconds === null) {
    throw new WrongAnswer(`queue over HTTP: nobody said when to ask again: ${text}`);
  }
  // Who was let in goes and buys, elsewhere.
  person.waitMs = seconds === null ? Number.POSITIVE_INFINITY : Number(seconds) * 1_000;
}
