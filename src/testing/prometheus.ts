/** A Prometheus server for tests, with the configuration that the README gives users. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  freePort,
  startProcess,
  temporaryFolder,
  waitUntilReady,
} from '../../actors/testing/process.ts';
import { root } from './engine-process.ts';

export interface Alert {
  labels: Record<string, string>;
  annotations: Record<string, string>;
  state: 'pending' | 'firing';
}

export interface Prometheus {
  alerts(): Promise<Alert[]>;
  /** The value of an expression of a single sample; null without any. */
  value(expression: string): Promise<number | null>;
  stop(): Promise<void>;
}

interface Configuration {
  rule_files: string[];
  scrape_configs: {
    scrape_interval: string;
    authorization: { credentials_file: string };
    static_configs: { targets: string[] }[];
  }[];
}

interface Rules {
  groups: { rules: { for?: string }[] }[];
}

/**
 * Starts Prometheus on an engine's port. Stop it when done. It takes the README's configuration and the
 * shipped alerts, looks each second, and has an alert fire after one: a test cannot wait for minutes.
 */
export async function startPrometheus(
  enginePort: number,
  metricsToken: string,
): Promise<Prometheus> {
  const folder = temporaryFolder();
  const port = await freePort();
  writeFileSync(folder.file('token'), metricsToken);
  const rules = Bun.YAML.parse(read('.deploy/alerts.yaml')) as Rules; // promtool has checked it.
  for (const rule of rules.groups.flatMap((group) => group.rules))
    if (rule.for !== undefined) rule.for = '1s';
  writeFileSync(folder.file('alerts.yaml'), JSON.stringify(rules));
  writeFileSync(folder.file('prometheus.yaml'), configured(enginePort));
  const command = [
    'prometheus',
    `--config.file=${folder.file('prometheus.yaml')}`,
    `--storage.tsdb.path=${folder.file('data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--log.level=error',
  ];
  const server = startProcess({ command, cwd: folder.path });
  const url = `http://127.0.0.1:${port}`;
  const ask = async <T>(path: string) => {
    const answer = await fetch(url + path);
    if (!answer.ok) throw new Error(`Prometheus answered ${answer.status} to ${path}`);
    return ((await answer.json()) as { data: T }).data; // As its HTTP API has it.
  };
  await waitUntilReady(server, async () => (await fetch(`${url}/-/ready`)).ok);
  return {
    alerts: async () => (await ask<{ alerts: Alert[] }>('/api/v1/alerts')).alerts,
    value: async (expression) => {
      const query = `/api/v1/query?query=${encodeURIComponent(expression)}`;
      const { result } = await ask<{ result: { value: [number, string] }[] }>(query);
      return result[0] === undefined ? null : Number(result[0].value[1]);
    },
    stop: async () => {
      await server.stop();
      folder.remove();
    },
  };
}

/** The README's configuration for another port, and another pace. */
function configured(enginePort: number): string {
  const text = /^```yaml\n(rule_files:[\s\S]*?)^```$/m.exec(read('README.md'))![1]!;
  const configuration = Bun.YAML.parse(text) as Configuration; // Prometheus refuses another shape.
  const [scraping] = configuration.scrape_configs;
  scraping!.scrape_interval = '1s';
  scraping!.authorization.credentials_file = 'token';
  scraping!.static_configs[0]!.targets = [`127.0.0.1:${enginePort}`];
  const paced = { ...configuration, global: { evaluation_interval: '1s', scrape_timeout: '1s' } };
  return JSON.stringify(paced);
}

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}
