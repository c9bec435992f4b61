import { describe, expect, test } from 'bun:test';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { chunkRows } from '../item/columns.ts';
import { JetStreamConnection } from '../journal/jetstream-connection.ts';
import { startNats } from '../testing/nats.ts';
import { temporaryFolder } from '../testing/process.ts';
import { atOnce, describeSnapshots, stateAfter } from '../testing/snapshot-contract.ts';
import { SnapshotFiles } from './files.ts';
import { headerBytes } from './format.ts';
import { SnapshotObjects } from './objects.ts';
import { SnapshotsUnavailable } from './store.ts';

const bucket = 'STAMPEDE_SNAPSHOTS';
/** So that there are some parts. */
const partBytes = 2 ** 18;

/** Rights of a user, in the words of nats-server's settings. */
const rights = (...publish: string[]) =>
  `authorization { users: [{ user: u, password: p, permissions: { publish: ${JSON.stringify(publish)}, subscribe: ["_INBOX.>", "stampede.>"] } }] }`;
const withoutSnapshots = ['$JS.API.>', '$JS.FC.>', '$KV.STAMPEDE_MEMBERS.>', 'stampede.>'];

async function startObjects(...lines: string[]) {
  const nats = await startNats({ lines });
  const connection = new JetStreamConnection({ url: nats.url.replace('//', '//u:p@') });
  await connection.open();
  const folder = temporaryFolder();
  let engines = 0;
  /** Each engine has files of its own. */
  const engine = () => {
    const files = new SnapshotFiles(join(folder.path, `engine-${++engines}`));
    return new SnapshotObjects(files, () => connection.link, 1, partBytes);
  };
  const objects = () => connection.link.client.views.os(bucket);
  return {
    ...{ nats, folder, connection, objects },
    store: engine(),
    other: engine,
    /** Wherever it is kept. */
    damage: async (name: string) => {
      const store = await objects();
      const damaged = (await store.getBlob(`${name}.0`))!;
      damaged[headerBytes + 1_000]! ^= 7;
      await store.putBlob({ name: `${name}.0` }, damaged);
      for (let at = 1; at <= engines; at++) {
        rmSync(join(folder.path, `engine-${at}`, name), { force: true });
      }
    },
    remove: async () => {
      await connection.close();
      folder.remove();
      await nats.remove();
    },
  };
}

describeSnapshots('an object store of snapshots', () => startObjects());

describe('a snapshot in an object store', () => {
  test('needs no more rights than those of the README; without them the engine is told which it lacks', async () => {
    const enough = await startObjects(rights(...withoutSnapshots, '$O.STAMPEDE_SNAPSHOTS.>'));
    await enough.store.put(stateAfter(17), atOnce);
    expect(await enough.other().list(3)).toHaveLength(1);
    await enough.remove();
    const lacking = await startObjects(rights(...withoutSnapshots));
    const { link } = lacking.connection;
    const putting = lacking.store.put(stateAfter(17), atOnce);
    await expect(putting).rejects.toBeInstanceOf(SnapshotsUnavailable);
    await expect(putting).rejects.toThrow(/Publish to "\$O\.STAMPEDE_SNAPSHOTS/);
    expect(lacking.connection.link).toBe(link);
    expect(await lacking.other().list(3)).toEqual([]);
    await lacking.remove();
  });

  const inParts = () => stateAfter(17, 3, chunkRows);

  test('is whole with its first part, which comes last: what a dying engine leaves is never listed', async () => {
    const { store, other, objects, remove } = await startObjects();
    let turns = 0;
    const fileTurns = 2;
    const dies = async () => {
      if (++turns === fileTurns + 1) throw new Error('killed in the middle');
    };
    await expect(store.put(inParts(), dies)).rejects.toThrow(SnapshotsUnavailable);
    const reader = other();
    expect(await reader.list(3)).toEqual([]);
    // The same engine, started again, stores what it has in its files.
    const stored = await store.put(inParts(), atOnce);
    expect(await reader.list(3)).toEqual([stored]);
    const { header } = await reader.open(stored, atOnce);
    expect(header.seq).toBe(17);
    const parts = (await (await objects()).list()).map(({ name }) => name).sort();
    expect(parts).toContain(`${stored.name}.2`);
    await (await objects()).delete(`${stored.name}.1`);
    await expect(other().open(stored, atOnce)).rejects.toThrow('it is');
    await remove();
  });

  test('is started from where it lies in files, without a word to the server', async () => {
    const { store, nats, connection, remove } = await startObjects();
    const stored = await store.put(inParts(), atOnce);
    await nats.kill();
    expect((await store.open(stored, atOnce)).header.seq).toBe(17);
    await expect(store.list(3)).rejects.toThrow(SnapshotsUnavailable);
    await connection.close();
    await remove();
  });

  test('is not stored where JetStream would be full', async () => {
    const { store, connection, remove } = await startObjects();
    const { manager } = connection.link;
    const info = await manager.getAccountInfo();
    manager.getAccountInfo = async () => ({
      ...info,
      limits: { ...info.limits, max_storage: 2 ** 20 },
    });
    await expect(store.put(inParts(), atOnce)).rejects.toThrow('too little room in JetStream');
    await remove();
  });
});
