/** What an engine has logged, and measures. */
import { adminToken, type Client, type TestEngine } from './engine-process.ts';

export interface LogLine {
  message: string;
  partition?: number;
  from?: number;
  why?: string;
  error?: string;
}

/** What an engine has logged by this message. */
export function logged({ process }: TestEngine, message: string): LogLine[] {
  const lines = process.output().split('\n');
  const all = lines.filter((line) => line.startsWith('{')).map((line): LogLine => JSON.parse(line));
  return all.filter((line) => line.message === message);
}

/** By partition: the entry of the newest snapshot that an engine has stored or started from; 0 without any. */
export async function snapshotSeqs({ url }: Pick<Client, 'url'>): Promise<number[]> {
  const headers = { authorization: `Bearer ${adminToken}` };
  const text = await (await fetch(`${url}/metrics`, { headers })).text();
  return [...text.matchAll(/^stampede_snapshot_sequence\S* (\d+)$/gm)].map(([, seq]) =>
    Number(seq),
  );
}
