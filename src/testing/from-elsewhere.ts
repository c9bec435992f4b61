/** Requests from another address of this machine: one that no test names as a trusted proxy's. */
import { request } from 'node:http';

/** Resolves with the status of the answer. */
export function fromElsewhere(
  url: string,
  method: string,
  path: string,
  body = '',
  headers: Record<string, string> = {},
): Promise<number> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const options = { host: hostname, port, method, path, localAddress: '127.0.0.2' };
    const asked = request(
      { ...options, headers: { 'content-type': 'application/json', ...headers } },
      (answer) => {
        answer.resume();
        answer.on('end', () => resolve(answer.statusCode!));
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });
}
