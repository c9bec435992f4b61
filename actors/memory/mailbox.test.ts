import { describe, expect, test } from 'bun:test';
import { mailboxRecords, recordWords } from '../limits.ts';
import type { TestThreadTask } from '../testing/memory-thread.ts';
import { Doorbell, Mailbox } from './mailbox.ts';

/** Both ends of a mailbox whose cursors already stand at `cursor`. */
function mailboxAt(cursor: number): { producer: Mailbox; consumer: Mailbox } {
  const memory = new SharedArrayBuffer(Mailbox.bytes());
  const cursors = new Int32Array(memory, 0, 32);
  cursors[0] = cursor; // The producer's.
  cursors[16] = cursor; // The consumer's, a cache line further on.
  return { producer: new Mailbox(memory), consumer: new Mailbox(memory) };
}

function send(mailbox: Mailbox, value: number): boolean {
  const offset = mailbox.reserve();
  if (offset < 0) return false;
  mailbox.words[offset] = value;
  mailbox.written();
  mailbox.publish();
  return true;
}

function receive(mailbox: Mailbox): number | null {
  const offset = mailbox.take();
  if (offset < 0) return null;
  const value = mailbox.words[offset]!;
  mailbox.release();
  return value;
}

describe('a mailbox', () => {
  test('gives records back in order, then is empty', () => {
    const { producer, consumer } = mailboxAt(0);
    expect(receive(consumer)).toBeNull();
    for (const value of [7, 8, 9]) send(producer, value);
    expect(consumer.depth).toBe(3);
    expect([1, 2, 3, 4].map(() => receive(consumer))).toEqual([7, 8, 9, null]);
  });

  test('shows no record before it is published, and keeps one until it is released', () => {
    const { producer, consumer } = mailboxAt(0);
    producer.words[producer.reserve()] = 1;
    producer.written();
    producer.words[producer.reserve()] = 2;
    producer.written();
    expect(consumer.take()).toBe(-1);
    expect(consumer.depth).toBe(0);
    producer.publish();
    expect(consumer.take()).toBe(0);
    expect(consumer.take()).toBe(0);
    expect(consumer.depth).toBe(2);
    expect([1, 2, 3].map(() => receive(consumer))).toEqual([1, 2, null]);
  });

  test('is full of what is written, published or not', () => {
    const { producer, consumer } = mailboxAt(0);
    for (let value = 0; value < mailboxRecords; value++) {
      producer.words[producer.reserve()] = value;
      producer.written();
    }
    expect(producer.reserve()).toBe(-1);
    expect(receive(consumer)).toBeNull();
    producer.publish();
    expect(receive(consumer)).toBe(0);
    expect(producer.reserve()).toBe(0);
  });

  test('goes on where either end was left, without what was not published', () => {
    const memory = new SharedArrayBuffer(Mailbox.bytes());
    const dead = new Mailbox(memory);
    expect([send(dead, 7), send(dead, 8)]).toEqual([true, true]);
    dead.words[dead.reserve()] = 9;
    dead.written();
    expect(receive(new Mailbox(memory))).toBe(7);
    expect(send(new Mailbox(memory), 10)).toBe(true);
    const consumer = new Mailbox(memory);
    expect([1, 2, 3].map(() => receive(consumer))).toEqual([8, 10, null]);
  });

  test('takes no more when it is full, and goes on when one has been released', () => {
    const { producer, consumer } = mailboxAt(0);
    for (let value = 0; value < mailboxRecords; value++) expect(send(producer, value)).toBe(true);
    expect(send(producer, -1)).toBe(false);
    expect(receive(consumer)).toBe(0);
    expect(send(producer, mailboxRecords)).toBe(true);
    expect(send(producer, -1)).toBe(false);
    for (let value = 1; value <= mailboxRecords; value++) expect(receive(consumer)).toBe(value);
  });

  test('survives cursors that wrap at 2^31 and at 2^32', () => {
    for (const cursor of [2 ** 31 - 5, 2 ** 32 - 5]) {
      const { producer, consumer } = mailboxAt(cursor | 0);
      for (let value = 0; value < mailboxRecords; value++) expect(send(producer, value)).toBe(true);
      expect(producer.depth).toBe(mailboxRecords);
      expect(send(producer, -1)).toBe(false);
      for (let value = 0; value < mailboxRecords; value++) expect(receive(consumer)).toBe(value);
      expect(receive(consumer)).toBeNull();
    }
  });

  test('brings everything from one thread to another, whole and in order', async () => {
    const records = mailboxRecords * 6;
    const mailbox = new SharedArrayBuffer(Mailbox.bytes());
    const bell = new SharedArrayBuffer(Doorbell.bytes);
    const thread = new Worker(new URL('../testing/memory-thread.ts', import.meta.url));
    thread.postMessage({ type: 'produce', mailbox, bell, records } satisfies TestThreadTask);
    const consumer = new Mailbox(mailbox);
    const doorbell = new Doorbell(bell);
    let received = 0;
    let torn = 0;
    while (received < records) {
      const seen = doorbell.count;
      for (let offset = consumer.take(); offset >= 0; offset = consumer.take()) {
        received++;
        const words = consumer.words.subarray(offset, offset + recordWords);
        if (words.some((word) => word !== received)) torn++;
        consumer.release();
      }
      if (received < records) await doorbell.wait(seen, 10_000);
      // A wait that ends at once does not by itself give other work of this thread a turn.
      await new Promise(setImmediate);
    }
    expect({ received, torn }).toEqual({ received: records, torn: 0 });
  });
});

describe('a doorbell', () => {
  test('keeps a thread that has missed its ring from sleeping', async () => {
    const bell = new Doorbell(new SharedArrayBuffer(Doorbell.bytes));
    const seen = bell.count;
    bell.ring();
    await bell.wait(seen, 60_000);
    expect(bell.count).not.toBe(seen);
  });

  test('wakes a sleeping thread, and lets none sleep for ever', async () => {
    const bell = new Doorbell(new SharedArrayBuffer(Doorbell.bytes));
    const waiting = bell.wait(bell.count, 60_000);
    bell.ring();
    await waiting;
    await bell.wait(bell.count, 1);
    expect(bell.count).toBe(1);
  });
});
