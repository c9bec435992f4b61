/** Certificates for tests of TLS, made by openssl: an authority of their own, and servers' by it. */
import type { TemporaryFolder } from './process.ts';

export interface Authority {
  /** The file of its own certificate. */
  readonly path: string;
  /**
   * Makes a server's certificate and key.
   * @param names - as openssl writes them: `IP:127.0.0.1`, `DNS:localhost`.
   */
  issue(name: string, names: string): { certificate: string; key: string };
}

/** Makes an authority, whose files are in the folder. */
export function makeAuthority(folder: TemporaryFolder, name = 'authority'): Authority {
  const [path, key] = [folder.file(`${name}.pem`), folder.file(`${name}.key`)];
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const subject = ['-subj', `/CN=${name} of the tests`, '-days', '2'];
  openssl('req', '-x509', ...newKey, '-keyout', key, '-out', path, ...subject);
  return {
    path,
    issue(server, names) {
      const [certificate, serverKey] = [folder.file(`${server}.pem`), folder.file(`${server}.key`)];
      openssl(
        ...['req', '-x509', ...newKey, '-keyout', serverKey, '-out', certificate],
        ...['-CA', path, '-CAkey', key, '-addext', `subjectAltName=${names}`],
        ...[
          '-addext',
          'basicConstraints=critical,CA:FALSE',
          '-subj',
          `/CN=${server}`,
          '-days',
          '2',
        ],
      );
      return { certificate, key: serverKey };
    },
  };
}

function openssl(...args: string[]): void {
  const { success, stderr } = Bun.spawnSync(['openssl', ...args]);
  if (!success) throw new Error(`openssl ${args.join(' ')}: ${stderr.toString()}`);
}
