import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { Sha256 } from '@s3-connectors/common/s3/connection/sha256.ts';

/** A new hash of the SDK's kind for each, as its signer makes them. */
async function digestOf(secret: ConstructorParameters<typeof Sha256>[0], data: readonly Uint8Array[]): Promise<string> {
  const hash = new Sha256(secret);
  for (const part of data) hash.update(part);
  return Buffer.from(await hash.digest()).toString('hex');
}

function expected(secret: string | Uint8Array | undefined, data: readonly Uint8Array[]): string {
  const hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret);
  for (const part of data) hash.update(part);
  return hash.digest('hex');
}

const secrets = fc.oneof(fc.string({ unit: 'grapheme' }), fc.uint8Array({ maxLength: 100 }));

suite('SHA-256 for the signer', () => {
  test('is that of Node for any secrets and data, in any order and again and again', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(secrets, { minLength: 1, maxLength: 3 }),
        fc.array(fc.tuple(fc.nat(2), fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 3 })), { maxLength: 6 }),
        async (given, uses) => {
          for (const [which, data] of uses) {
            const secret = given[which % given.length] as string | Uint8Array;
            assert.equal(await digestOf(secret, data), expected(secret, data));
            assert.equal(await digestOf(undefined, data), expected(undefined, data));
          }
        },
      ),
      { numRuns: 1000, seed: 20 },
    );
  });

  test('takes a secret that is a part of a buffer, or a buffer', async () => {
    const whole = Buffer.from('0123456789');
    const part = whole.subarray(3, 7);
    assert.equal(await digestOf(part, [whole]), expected('3456', [whole]));
    const buffer = Uint8Array.from(part).buffer;
    assert.equal(await digestOf(buffer, [whole]), expected('3456', [whole]));
  });

  test('begins again after a reset', async () => {
    const hash = new Sha256('secret');
    hash.update(Buffer.from('other'));
    hash.reset();
    hash.update(Buffer.from('data'));
    assert.equal(Buffer.from(await hash.digest()).toString('hex'), expected('secret', [Buffer.from('data')]));
  });
});
