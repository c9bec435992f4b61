/** Where webhooks go: an address that may hold secrets, so that no more than its host is ever shown. */
import { sha256 } from '../../actors/sha256.ts';

export interface ReceiverAddress {
  /** Without user and password. */
  url: string;
  /** From the user and password of the address; null without. */
  authorization: string | null;
  /** What may be shown: host and port. */
  host: string;
  /** Tells one receiver from another. */
  name: string;
}

/** @param text - an address that begins with http:// or https://, percent-encoded. */
export function receiverAddress(text: string): ReceiverAddress {
  const url = new URL(text);
  const { username, password, host } = url;
  const login = bytesOf(`${username}:${password}`);
  const basic = `Basic ${login.toString('base64')}`;
  url.username = '';
  url.password = '';
  url.hash = '';
  const authorization = username === '' && password === '' ? null : basic;
  return { url: url.href, authorization, host, name: sha256(url.href).slice(0, 32) };
}

/** What is percent-encoded in ASCII: any bytes. */
function bytesOf(encoded: string): Buffer {
  const byte = (_: string, hex: string) => String.fromCharCode(Number.parseInt(hex, 16));
  return Buffer.from(encoded.replaceAll(/%([\da-f]{2})/gi, byte), 'latin1');
}
