import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { integerMax } from '../limits.ts';
import { Buyers, stands } from './buyers.ts';
import { chunkRows, inOrder } from './columns.ts';

test('buyers have one row for each user, as in a map', () => {
  const someUser = fc.oneof(fc.nat(5), fc.maxSafeNat());
  fc.assert(
    fc.property(fc.array(someUser, { maxLength: 150 }), (users) => {
      const buyers = new Buyers();
      const model = new Map<number, number>();
      for (const user of users) {
        const known = model.get(user);
        expect(buyers.find(user)).toBe(known ?? -1);
        const row = buyers.row(user);
        expect(row).toBe(known ?? model.size);
        model.set(user, row);
        expect(buyers.userAt(row)).toBe(user);
      }
      expect(buyers.count).toBe(model.size);
    }),
  );
});

test('who never stood anywhere stands nowhere, and takes no room for it', () => {
  const buyers = new Buyers();
  for (let user = 1; user <= 2 * chunkRows + 1; user++) buyers.row(user);
  const before = buyers.bytes;
  const row = buyers.standingRow(2 * chunkRows + 1);
  expect(buyers.bytes - before).toBeLessThan(chunkRows * 24);
  buyers.stand(row, stands.waiting);
  expect(buyers.standsAt(row)).toBe(stands.waiting);
  for (const other of [-1, 0, chunkRows, row - 1]) {
    expect(buyers.standsAt(other)).toBe(stands.nowhere);
    expect([buyers.nonceAt(other), buyers.sinceAt(other)]).toEqual([0, 0]);
  }
});

test('buyers are the same when they are restored from their memory, but for their places', () => {
  const buyers = new Buyers();
  for (let user = 1; user <= chunkRows + 9; user++) {
    const row = buyers.row(user * 7);
    buyers.setUnits(row, user % 5);
    buyers.setFirstOrder(row, user);
  }
  const row = buyers.standingRow(integerMax);
  buyers.setNonce(row, integerMax);
  buyers.setSince(row, 1_700_000_000_000);
  expect(buyers.noteAdmitted(row)).toBe(true);
  const { buyers: shape, memories } = buyers.stored();
  const restored = Buyers.restore(
    JSON.parse(JSON.stringify(shape)),
    inOrder(memories.map((memory) => memory.slice())),
  );
  expect(restored.stored()).toEqual(buyers.stored());
  expect(restored.find(integerMax)).toBe(row);
  expect(restored.noteAdmitted(row)).toBe(false);
  expect([restored.nonceAt(row), restored.sinceAt(row)]).toEqual([integerMax, 1_700_000_000_000]);
  expect([restored.unitsAt(3), restored.firstOrderAt(3), restored.count]).toEqual([4, 4, row + 1]);
});
