/** `compose.yaml`, as far as tests read it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { adminToken, paymentWebhookSecret, root, tokenSecret } from './engine-process.ts';

export interface Service {
  command?: string[];
  environment?: Record<string, string>;
  volumes?: string[];
  ports?: string[];
}

export interface ComposeFile {
  services: Record<string, Service>;
  networks: { default: { ipam: { config: { subnet: string }[] } } };
}

/** What `compose.yaml` asks its user for. */
const secrets: Record<string, string> = {
  TOKEN_SECRET: tokenSecret,
  ADMIN_TOKEN: adminToken,
  PAYMENT_WEBHOOK_SECRET: paymentWebhookSecret,
  POSTGRES_PASSWORD: 'pg4ssword',
  NATS_PASSWORD: 'n4tspassword',
};

export function readCompose(): ComposeFile {
  const text = readFileSync(join(root, 'compose.yaml'), 'utf8');
  // The shape that the format has; without a part of it no service starts.
  return Bun.YAML.parse(text) as ComposeFile;
}

/** A service's settings, with the secrets in their places. @throws for one that the file's user is not asked for */
export function settingsOf({ environment = {} }: Service): Record<string, string> {
  const filled = Object.entries(environment).map(([name, value]) => [
    name,
    value.replaceAll(/\$\{(\w+)(?::\?[^}]*)?\}/g, (_, secret: string) => {
      const text = secrets[secret];
      if (text === undefined) throw new Error(`${name} needs ${secret}, which nobody is asked for`);
      return text;
    }),
  ]);
  return Object.fromEntries(filled);
}
