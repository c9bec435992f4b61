/** nginx for tests, with the configuration that `.deploy/nginx.conf` gives users. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  freePort,
  startProcess,
  temporaryFolder,
  waitUntilReady,
} from '../../actors/testing/process.ts';
import { root } from './engine-process.ts';

export interface Nginx {
  readonly url: string;
  stop(): Promise<void>;
}

/** What many begin with: nginx asks the engine under the name of the upstream, and tells of no client. */
export const plainPass = `upstream stampede { server 127.0.0.1:3000; }
server {
  listen 8080;
  location / { proxy_pass http://stampede; }
}
`;

/**
 * Starts nginx in front of an engine's port. Stop it when done.
 * @param configured - an include for its http block, with the ports that `.deploy/nginx.conf` has.
 */
export async function startNginx(
  enginePort: number,
  configured = readFileSync(join(root, '.deploy/nginx.conf'), 'utf8'),
): Promise<Nginx> {
  const folder = temporaryFolder();
  const port = await freePort();
  writeFileSync(
    folder.file('stampede.conf'),
    replacedOnce(
      replacedOnce(configured, 'server 127.0.0.1:3000;', `server 127.0.0.1:${enginePort};`),
      'listen 8080;',
      `listen 127.0.0.1:${port};`,
    ),
  );
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const paths = places.map((name) => `${name}_temp_path ${folder.file(name)};`).join(' ');
  writeFileSync(
    folder.file('nginx.conf'),
    `daemon off; worker_processes 1; pid ${folder.file('pid')}; error_log stderr;
events { worker_connections 512; }
http { access_log off; ${paths} include ${folder.file('stampede.conf')}; }
`,
  );
  const command = [
    '/usr/sbin/nginx',
    '-p',
    folder.path,
    '-e',
    'stderr',
    '-c',
    folder.file('nginx.conf'),
  ];
  const server = startProcess({ command });
  const url = `http://127.0.0.1:${port}`;
  await waitUntilReady(server, async () => (await fetch(`${url}/healthz`)).ok);
  return {
    url,
    stop: async () => {
      await server.stop();
      folder.remove();
    },
  };
}

function replacedOnce(text: string, from: string, to: string): string {
  if (text.split(from).length !== 2) throw new Error(`not once in the configuration: ${from}`);
  return text.replace(from, to);
}
