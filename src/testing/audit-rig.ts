/** A played sale for each test of a file, and its audit. */
import { afterEach, beforeEach, expect } from 'bun:test';
import { SqliteJournal } from '../../actors/journal/sqlite.ts';
import { type TemporaryFolder, temporaryFolder } from '../../actors/testing/process.ts';
import { openRows } from '../replay/compare/open-sql.ts';
import { sqlComparison } from '../replay/compare/sql.ts';
import { type Replayed, type ReplayOptions, replay } from '../replay/replay.ts';
import { salePartitions } from './script-player.ts';
import { playSale } from './small-sale.ts';

type Limits = Pick<ReplayOptions, 'item' | 'to'>;

export class AuditRig {
  folder!: TemporaryFolder;

  constructor(play: (folder: TemporaryFolder) => Promise<void> = playSale) {
    beforeEach(async () => {
      this.folder = temporaryFolder();
      await play(this.folder);
    });
    afterEach(() => this.folder.remove());
  }

  async audited(limits: Limits = {}): Promise<Replayed> {
    const { folder } = this;
    const journal = new SqliteJournal(folder.file('journal.db'), { readonly: true });
    const rows = openRows({ databaseUrl: null, dataDir: folder.path });
    const comparisons = [sqlComparison(rows)];
    try {
      return await replay({ journal, partitions: salePartitions, comparisons, ...limits });
    } finally {
      await journal.close();
    }
  }

  /** The findings as lines, like `I1 1/8 item 1: order 3 …`. */
  async findings(limits?: Limits): Promise<string[]> {
    const { audit } = await this.audited(limits);
    expect(audit.findings.listed).toHaveLength(audit.findings.count);
    return audit.findings.listed.map(
      ({ check, partition, sequence, item, what }) =>
        `${check} ${partition}/${sequence} item ${item ?? '-'}: ${what}`,
    );
  }

  /** Expects a finding that begins and continues as given. */
  async expectFinding(beginning: string, rest: string | RegExp = ''): Promise<void> {
    const lines = await this.findings();
    const fits = lines.filter((line) => line.startsWith(beginning));
    expect({ lines, fits: fits.length > 0 }).toMatchObject({ fits: true });
    expect(fits.join('\n')).toMatch(rest);
  }
}
