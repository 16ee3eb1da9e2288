import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  allDue,
  chunkBytes,
  filesDue,
  msUntilAged,
  type RotationLimits,
} from '../../../destination-s3-streaming/src/files/rotation.ts';

const limits: RotationLimits = { maxAgeMs: 240, maxFileBytes: 100, maxOpenBytes: 1000 };

function file(name: string, openedAt: number, heldBytes = 10, compressedBytes = 0) {
  return { name, openedAt, heldBytes, compressedBytes };
}

function due(files: readonly ReturnType<typeof file>[], now: number, openBytes = 0): readonly string[] {
  const situation = { oldestFirst: files, grown: files, openBytes, now };
  return Array.from(filesDue(situation, limits), ({ file, reason }) => `${file.name} ${reason}`);
}

suite('rotation', () => {
  test('leaves young, small files open while memory lasts', () => {
    assert.deepEqual(due([file('a', 0), file('b', 1)], 239), []);
  });

  test('closes a file at its age, younger ones not', () => {
    assert.deepEqual(due([file('a', 0), file('b', 1)], 240), ['a age']);
    assert.deepEqual(due([file('a', 0), file('b', 1)], 241), ['a age', 'b age']);
  });

  test('closes a file at its compressed size, however young', () => {
    assert.deepEqual(due([file('a', 0), file('b', 1, 10, 100)], 2), ['b size']);
  });

  test('closes the oldest files until the rest fits into memory', () => {
    const files = [file('a', 0, 30), file('b', 1, 30), file('c', 2, 30)];
    assert.deepEqual(due(files, 3, 1000), []);
    assert.deepEqual(due(files, 3, 1001), ['a memory']);
    assert.deepEqual(due(files, 3, 1031), ['a memory', 'b memory']);
  });

  test('closes files that are too many, each once', () => {
    const files = [file('a', 0, 30), file('b', 1, 30, 500), file('c', 2, 30)];
    const situation = { oldestFirst: files, grown: files, surplus: files.slice(1), openBytes: 1060, now: 3 };
    const closed = Array.from(filesDue(situation, limits), ({ file: { name }, reason }) => `${name} ${reason}`);
    assert.deepEqual(closed, ['b size', 'c memory']);
  });

  test('counts what is closed for its size or age before it closes more for memory', () => {
    const files = [file('a', 0, 30), file('b', 200, 30, 500), file('c', 201, 30)];
    assert.deepEqual(due(files, 240, 1060), ['b size', 'a age']);
    assert.deepEqual(due(files, 239, 1060), ['b size', 'a memory']);
  });

  test('closes a file once, though it is full and old and memory is short', () => {
    assert.deepEqual(due([file('a', 0, 10, 100), file('b', 1)], 500, 5000), ['a size', 'b age']);
  });

  test('closes every file at the end of the input, each once and in order', () => {
    const files = [file('a', 0), file('b', 1)];
    assert.deepEqual(
      Array.from(allDue(files), ({ file, reason }) => `${file.name} ${reason}`),
      ['a end', 'b end'],
    );
  });

  test('closes everything when what waits for the files is too much', () => {
    assert.deepEqual(due([file('a', 0), file('b', 1)], 2, 5000), ['a memory', 'b memory']);
  });

  test('knows when to look again', () => {
    assert.equal(msUntilAged(file('a', 100), 200, limits), 140);
    assert.equal(msUntilAged(file('a', 100), 500, limits), 0);
    assert.equal(msUntilAged(undefined, 500, limits), Infinity);
  });

  test('has chunks of at most 1 MiB, and several in a file', () => {
    assert.equal(chunkBytes(64 * 1024 * 1024), 1024 * 1024);
    assert.equal(chunkBytes(1024 * 1024), 512 * 1024);
  });
});
