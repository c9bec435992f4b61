/**
 * The owner's end of forwarding, in a process of its own: `<url of NATS>`. An actor thread's inbox, drained as the
 * loop does, where every command is answered at once with an order. Prints a line once it listens.
 */
import { Courier } from '../../actors/cluster/courier.ts';
import { Inbox } from '../../actors/cluster/inbox.ts';
import { Doorbell } from '../../actors/memory/mailbox.ts';
import { Positions } from '../../actors/memory/positions.ts';
import { code, orderStatus, type Reply } from '../../actors/protocol.ts';

/** Also the name of its run. */
export const ownerEngine = 'owner';

const reply: Reply = {
  ...{ code: code.ok, repeated: false, about: 0, standing: null },
  order: {
    ...{ n: 1, user: 2, promo: 3, amount: 1, unitPrice: 5_000, status: orderStatus.placed },
    ...{ createdAt: 1, payBy: 2, paidAt: 0, closedAt: 0, toRefund: 0 },
  },
};

async function own(url: string): Promise<never> {
  const report = (what: string) => console.error(what);
  const courier = new Courier({ url }, { name: ownerEngine, report });
  const bell = new Doorbell(new SharedArrayBuffer(Doorbell.bytes));
  const inbox: Inbox = new Inbox({
    ...{ courier, bell, report, engine: ownerEngine, thread: 0, actorThreads: 1, partitions: 1 },
    httpThreads: 1,
    positions: new Positions(new SharedArrayBuffer(Positions.bytes)),
    submit: (mailbox, request) => inbox.reply(mailbox, request, reply),
  });
  while (!courier.isConnected) await Bun.sleep(10);
  console.log('listening');
  for (;;) {
    const seen = bell.count;
    inbox.drain(Date.now());
    inbox.flush();
    await bell.wait(seen, 50);
  }
}

if (import.meta.main) await own(process.argv[2]!);
