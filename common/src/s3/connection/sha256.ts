// SHA-256 as the SDK's signer uses it. The SDK's own class hands Node the secret as bytes or as text, from which Node makes a key
// again for each signature, by way of two errors with their stacks: more work than the signature itself.
import { createHash, createHmac, createSecretKey, type Hash, type Hmac, type KeyObject } from 'node:crypto';

type Secret = string | ArrayBuffer | ArrayBufferView;

/** By secrets in bytes, which must not change. */
const keys = new WeakMap<object, KeyObject>();
/** Of the last secret in text: the credentials have one. */
let last: { readonly secret: string; readonly key: KeyObject } | undefined;

export class Sha256 {
  readonly #key: KeyObject | undefined;
  #hash: Hash | Hmac;

  /** Without a secret a hash, with one an HMAC. */
  constructor(secret?: Secret) {
    this.#key = secret === undefined ? undefined : keyOf(secret);
    this.#hash = this.#begin();
  }

  update(data: Uint8Array): void {
    this.#hash.update(data);
  }

  /** Ends the hash. */
  digest(): Promise<Uint8Array> {
    return Promise.resolve(new Uint8Array(this.#hash.digest()));
  }

  reset(): void {
    this.#hash = this.#begin();
  }

  #begin(): Hash | Hmac {
    return this.#key === undefined ? createHash('sha256') : createHmac('sha256', this.#key);
  }
}

function keyOf(secret: Secret): KeyObject {
  if (typeof secret === 'string') {
    if (last?.secret !== secret) last = { secret, key: createSecretKey(secret, 'utf8') };
    return last.key;
  }
  let key = keys.get(secret);
  if (key === undefined) {
    key = createSecretKey(bytesOf(secret));
    keys.set(secret, key);
  }
  return key;
}

function bytesOf(secret: ArrayBuffer | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(secret)
    ? new Uint8Array(secret.buffer, secret.byteOffset, secret.byteLength)
    : new Uint8Array(secret);
}
