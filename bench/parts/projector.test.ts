import { expect, test } from 'bun:test';
import { temporaryFolder } from '../../actors/testing/process.ts';
import { startActorThread } from './actor-thread.ts';
import { projector } from './projector.ts';

test('the projector has its rate, and its CPU of an order', async () => {
  const folder = temporaryFolder();
  try {
    const { feeder, stop } = await startActorThread(folder.file('journal'));
    await feeder.openSales(8, 2_000);
    await feeder.place(2_000, 8);
    await stop();
    const [rate, cpu] = await projector(folder, 2_000);
    expect(rate).toMatchObject({ measurement: 'projector, SQLite: orders', reached: null });
    expect(cpu).toMatchObject({
      measurement: 'projector, SQLite: CPU of an order',
      target: '≤ 1.3 µs',
    });
    for (const { value } of [rate!, cpu!]) expect(value).toBeGreaterThan(0);
  } finally {
    folder.remove();
  }
});
