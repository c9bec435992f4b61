/**
 * The messages of a stream as the server pushes them, until something breaks them off. The library's own
 * ordered consumer will not do: when it has missed heartbeats, or a message, it makes another consumer by
 * itself and tells nobody, and waits for ever for a stream that is gone. Here a delivery that is not whole
 * ends, with its reason.
 *
 * The server sends a heartbeat when it has had nothing else to send for `followHeartbeatMs`, and in each
 * the number of its last delivery: so a message that was lost between two servers is missed, though none
 * follows it. It stops after some megabytes that the taker has not reached yet (flow control).
 */
import {
  AckPolicy,
  createInbox,
  DeliverPolicy,
  JsHeaders,
  type Msg,
  type NatsConnection,
  nanos,
  type Subscription,
} from 'nats';
import { followHeartbeatMs } from '../limits.ts';
import type { Link } from './jetstream-dial.ts';
import { JournalUnavailable } from './journal.ts';

/** A delivery has broken off after this many heartbeats in which nothing has come. */
const silentHeartbeatsMax = 3;

/** The server ends a consumer that nobody listens to after this. */
const abandonedMs = 5_000;

/** Code of a message by which the server says something of the consumer itself. */
const controlCode = 100;

export interface Delivered {
  /** Sequence of the stream. */
  seq: number;
  bytes: Uint8Array;
}

export class Delivery {
  #broken: string | null = null;
  #delivered = 0;

  private constructor(
    private readonly connection: NatsConnection,
    private readonly subscription: Subscription,
    private readonly remove: () => Promise<boolean>,
  ) {}

  /**
   * Asks for the messages of a stream from a sequence on.
   * @param answerMs - how long the server may take to answer.
   */
  static async begin(
    { connection }: Link,
    stream: string,
    seq: number,
    answerMs: number,
  ): Promise<Delivery> {
    // An inbox for each try: a consumer that was made and not confirmed must not deliver into the next one's.
    const inbox = createInbox();
    const subscription = connection.subscribe(inbox);
    try {
      const { consumers } = await connection.jetstreamManager({
        timeout: answerMs,
        checkAPI: false,
      });
      const { name } = await consumers.add(stream, {
        ack_policy: AckPolicy.None,
        deliver_policy: DeliverPolicy.StartSequence,
        opt_start_seq: seq,
        deliver_subject: inbox,
        idle_heartbeat: nanos(followHeartbeatMs),
        flow_control: true,
        inactive_threshold: nanos(abandonedMs),
        mem_storage: true,
        num_replicas: 1,
      });
      return new Delivery(connection, subscription, () => consumers.delete(stream, name));
    } catch (error) {
      subscription.unsubscribe();
      throw error;
    }
  }

  /** The messages, until `end` or `breakOff`. @throws JournalUnavailable when it breaks off. */
  async *messages(): AsyncGenerator<Delivered> {
    // Ticks are counted, not time: a thread that was held up finds heartbeats waiting when it goes on.
    let [received, silent] = [0, 0];
    const watchdog = setInterval(() => {
      const now = this.subscription.getReceived();
      silent = now === received ? silent + 1 : 0;
      received = now;
      if (silent >= silentHeartbeatsMax) this.breakOff('the server sends no more heartbeats');
    }, followHeartbeatMs);
    try {
      for await (const message of this.subscription) {
        const delivered = this.#take(message);
        if (this.#broken !== null) break;
        if (delivered !== null) yield delivered;
      }
    } finally {
      clearInterval(watchdog);
    }
    if (this.#broken !== null) throw new JournalUnavailable(this.#broken);
  }

  breakOff(why: string): void {
    this.#broken ??= why;
    this.subscription.unsubscribe();
  }

  /** Ends it, and the server's part of it: one that cannot be deleted now ends once nobody listens. */
  async end(reachable: boolean): Promise<void> {
    this.subscription.unsubscribe();
    if (reachable) await this.remove().catch(() => false);
  }

  #take(message: Msg): Delivered | null {
    // Only one without a text can be of that kind: headers are not read for nothing.
    if (message.data.length === 0 && message.headers?.code === controlCode) {
      this.#control(message);
      return null;
    }
    const [seq, delivery] = numbersIn(message.reply ?? '');
    this.#mustFollow(this.#delivered + 1, delivery);
    this.#delivered = delivery;
    return { seq, bytes: message.data };
  }

  /** A heartbeat, or the question whether everything before has been taken. */
  #control(message: Msg): void {
    const stalled = message.headers?.get(JsHeaders.ConsumerStalledHdr) ?? '';
    const last = message.headers?.get(JsHeaders.LastConsumerSeqHdr) ?? '';
    if (message.reply) message.respond();
    if (stalled !== '') this.connection.publish(stalled);
    if (last !== '') this.#mustFollow(this.#delivered, Number(last));
  }

  #mustFollow(expected: number, delivery: number): void {
    if (delivery !== expected) {
      this.breakOff(`message ${expected} of its delivery was lost on the way`);
    }
  }
}

/**
 * The numbers that a message has in its stream and in its delivery. Its reply address, made for
 * acknowledgements, has them: `$JS.ACK.<stream>.<consumer>.<tries>.<in the stream>.<in the delivery>.<time>.<pending>`,
 * and two more words before the stream where the server has domains.
 */
function numbersIn(reply: string): [number, number] {
  const words = reply.split('.');
  const first = words.length === 9 ? 5 : 7;
  const [seq, delivery] = [Number(words[first]), Number(words[first + 1])];
  if (words[1] === 'ACK' && seq > 0 && delivery > 0) return [seq, delivery];
  throw new Error(`not a message of a stream: ${reply}`);
}
