/** A played sale for each test of a file, and its audit. */
import { afterEach, beforeEach, expect } from 'bun:test';
import { openJournal } from '../../actors/journal/open.ts';
import { logAt } from '../../actors/testing/log.ts';
import { type TemporaryFolder, temporaryFolder } from '../../actors/testing/process.ts';
import { openRows } from '../replay/compare/open-sql.ts';
import { sqlComparison } from '../replay/compare/sql.ts';
import { partOf } from '../replay/part-report.ts';
import { type Replayed, type ReplayOptions, replay } from '../replay/replay.ts';
import { joined } from '../replay/report.ts';
import { salePartitions } from './script-player.ts';
import { playSale } from './small-sale.ts';

type Limits = Pick<ReplayOptions, 'item' | 'to' | 'partition'>;

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
    const journal = await openJournal(logAt(folder.file('journal')), salePartitions, {
      readonly: true,
    });
    const rows = openRows({ databaseUrl: null, dataDir: folder.path });
    const comparisons = [sqlComparison(rows)];
    try {
      return await replay({ journal, partitions: salePartitions, comparisons, ...limits });
    } finally {
      await journal.close();
    }
  }

  /**
   * The findings as lines, like `I1 1/8 item 1: order 3 …`. Audits of one partition each must find them as well, and
   * nothing where there is nothing; only a row that was moved to another partition is a difference in both.
   */
  async findings(limits: Limits = {}): Promise<string[]> {
    const whole = await this.audited(limits);
    const lines = linesOf(whole);
    if (limits.item == null) await this.#expectPartsToFind(lines, whole, limits);
    return lines;
  }

  async #expectPartsToFind(lines: string[], whole: Replayed, limits: Limits): Promise<void> {
    const parts: Replayed[] = [];
    for (let partition = 0; partition < salePartitions; partition++)
      parts.push(await this.audited({ ...limits, partition }));
    const found = parts.flatMap(linesOf);
    expect(found).toEqual(expect.arrayContaining(lines));
    if (lines.length > 0) return;
    expect(found).toEqual([]);
    const about = { partitions: salePartitions, limits: { item: null, to: null }, currency: 'CNY' };
    const { compared } = joined([parts.map(partOf)], about).comparisons[0]!;
    expect(compared).toEqual(whole.comparisons[0]!.compared);
  }

  /** Expects a finding that begins and continues as given. */
  async expectFinding(beginning: string, rest: string | RegExp = ''): Promise<void> {
    const lines = await this.findings();
    const fits = lines.filter((line) => line.startsWith(beginning));
    expect({ lines, fits: fits.length > 0 }).toMatchObject({ fits: true });
    expect(fits.join('\n')).toMatch(rest);
  }
}

function linesOf({ audit: { findings } }: Replayed): string[] {
  expect(findings.listed).toHaveLength(findings.count);
  return findings.listed.map(
    ({ check, partition, sequence, item, what }) =>
      `${check} ${partition}/${sequence} item ${item ?? '-'}: ${what}`,
  );
}
