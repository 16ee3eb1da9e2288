// Eight bytes that represent one version of an object in the state: four from the key's hash and four from the ETag's, so that
// another version of the same key can be distinguished from a new key.
import { hash as digest } from 'node:crypto';

export const fingerprintDigits = 16;

/** 16 hex digits. Two of 20,000 objects share one by chance in about one of 10^11 runs. */
export function fingerprint({ key, etag }: { readonly key: string; readonly etag: string }): string {
  return hash(key) + hash(`${key}\n${etag}`);
}

/** The half of a fingerprint that all versions of a key share. */
export function keyOf(print: string): string {
  return print.slice(0, 8);
}

function hash(text: string): string {
  return digest('sha256', text, 'hex').slice(0, 8);
}
