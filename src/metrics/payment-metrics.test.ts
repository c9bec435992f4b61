import { expect, test } from 'bun:test';
import { type Code, type Command, code, type Reply, refusal } from '../../actors/protocol.ts';
import { countingPayments } from './payment-metrics.ts';
import type { Note } from './request-metrics.ts';

const pay: Command = { type: 'pay', item: 1, n: 1, user: 0 };
const read: Command = { type: 'read', item: 1, n: 1, user: 0 };

async function counted(command: Command, told: Partial<Reply> & { code: Code }) {
  const notes: Note[] = [];
  const reply = { ...refusal(told.code), ...told };
  const send = countingPayments(async () => reply, { note: (what) => notes.push(what) });
  expect(await send(command)).toBe(reply);
  return notes;
}

test('a payment is counted by what became of it, once', async () => {
  expect(await counted(pay, { code: code.ok })).toEqual(['paymentsPaid']);
  expect(await counted(pay, { code: code.ok, repeated: true })).toEqual(['paymentsRepeated']);
  for (const answer of [code.refundDue, code.usedOtherwise, code.notFound]) {
    expect(await counted(pay, { code: answer, about: 3 })).toEqual(['paymentsDue']);
    const again = { code: answer, about: 3, repeated: true };
    expect(await counted(pay, again)).toEqual(['paymentsRepeated']);
  }
  expect(await counted(pay, { code: code.notFound })).toEqual(['paymentsRefused']);
  for (const answer of [code.outcomeUnknown, code.journalUnavailable, code.tooBusy]) {
    expect(await counted(pay, { code: answer })).toEqual(['paymentsUnanswered']);
  }
});

test('no other command is counted among the payments', async () => {
  expect(await counted(read, { code: code.ok })).toEqual([]);
});
