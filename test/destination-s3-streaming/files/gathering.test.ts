import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { Gathering } from '../../../destination-s3-streaming/src/files/gathering.ts';

const kibibyte = 1024;
const maxKibibytes = 100;

/** Files by name that gather rows and note when they are compressed. */
function setUp() {
  const gathering = new Gathering(maxKibibytes * kibibyte);
  const compressed: string[] = [];
  const held = new Map<string, number>();
  const files = new Map<string, { compress(): void }>();
  const change = (name: string, after: number): void => {
    const file = files.get(name) ?? {
      compress() {
        compressed.push(name);
        change(name, 0);
      },
    };
    files.set(name, file);
    gathering.changed(file, held.get(name) ?? 0, after);
    held.set(name, after);
  };
  const grow = (name: string, kibibytes: number): void => {
    gathering.relieve();
    change(name, (held.get(name) ?? 0) + kibibytes * kibibyte);
  };
  return { grow, change, compressed, held };
}

function sum(sizes: readonly number[]): number {
  return sizes.reduce((total, bytes) => total + bytes, 0);
}

suite('rows that are gathered', () => {
  test('are left alone while there is memory', () => {
    const { grow, compressed } = setUp();
    for (const name of ['a', 'b', 'a', 'b']) grow(name, 25);
    assert.deepEqual(compressed, []);
  });

  test('are compressed when there is too little, those that waited longest first, and no more than must be', () => {
    const { grow, compressed } = setUp();
    for (const name of ['a', 'b', 'c']) grow(name, 40);
    grow('d', 20);
    assert.deepEqual(compressed, ['a']);
    for (const name of ['a', 'a', 'a', 'a']) grow(name, 10); // Now it is the youngest.
    assert.deepEqual(compressed, ['a', 'b']);
  });

  test('wait behind others again once their file has compressed them itself', () => {
    const { grow, change, compressed } = setUp();
    grow('a', 40);
    grow('b', 40);
    change('a', 0);
    grow('a', 60);
    grow('c', 1);
    assert.deepEqual(compressed, []);
    grow('c', 1);
    assert.deepEqual(compressed, ['b']);
  });

  test('stay where they are if they are few, however many files there are', () => {
    const { grow, compressed, held } = setUp();
    for (let file = 0; file < 50; file += 1) grow(`file ${file}`, 15);
    assert.deepEqual(compressed, []);
    assert.equal(
      [...held.values()].reduce((sum, bytes) => sum + bytes),
      50 * 15 * kibibyte,
    );
  });

  test('never take more than the bound and what small files hold', () => {
    const growing = fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 1, max: 40 })), {
      minLength: 50,
      maxLength: 500,
    });
    fc.assert(
      fc.property(growing, (steps) => {
        const { grow, held } = setUp();
        for (const [file, kibibytes] of steps) {
          grow(String(file), kibibytes);
          const large = [...held.values()].filter((bytes) => bytes >= 16 * kibibyte);
          const small = [...held.values()].filter((bytes) => bytes < 16 * kibibyte);
          assert.ok(sum(large) <= Math.max(0, maxKibibytes * kibibyte - sum(small)) + 2 * 40 * kibibyte);
        }
      }),
    );
  });
});
