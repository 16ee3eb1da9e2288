import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';

import type { Engine } from '../../../source-s3/src/engine/engine.ts';
import { openSelfReplacingEngine } from '../../../source-s3/src/engine/self-replacing-engine.ts';

/** Engines like DuckDB's: a `bad` query ends one, and it then fails for every query. */
function engines() {
  const log: string[] = [];
  let opened = 0;
  const open = (): Promise<Engine> => {
    const number = ++opened;
    let ended = false;
    const answer = (sql: string): Promise<never[]> => {
      log.push(`${number} ${sql}`);
      ended ||= sql === 'bad';
      if (sql === 'damaged') throw new ConnectorError('FILE_UNREADABLE', 'damaged');
      if (ended) return Promise.reject(new ConnectorError('ENGINE_FAILED', sql === 'bad' ? 'bad' : 'invalidated'));
      return Promise.resolve([]);
    };
    return Promise.resolve({
      rows: async (sql) => answer(sql),
      run: () => Promise.resolve(),
      limitMemory: () => Promise.resolve(),
      columns: async (sql) => answer(sql),
      async *lines() {},
      [Symbol.asyncDispose]: () => Promise.resolve(void log.push(`${number} closed`)),
    });
  };
  return { open, log };
}

suite('an engine for many tables', () => {
  test('is opened once, when it is first asked, and closed', async () => {
    const { open, log } = engines();
    {
      await using engine = openSelfReplacingEngine(open);
      assert.deepEqual(log, []);
      await Promise.all([engine.rows('a'), engine.columns('b')]);
    }
    assert.deepEqual(log, ['1 a', '1 b', '1 closed']);
  });

  test('fails the query that ends an engine, and no other', async () => {
    const { open, log } = engines();
    {
      await using engine = openSelfReplacingEngine(open);
      const bad = assert.rejects(engine.rows('bad'), /bad/u);
      await Promise.all([bad, engine.rows('a'), engine.columns('b')]);
      await engine.rows('c');
    }
    assert.equal(log.filter((line) => line.endsWith(' c')).length, 1, 'what comes later finds a fresh engine at once');
    const used = new Set(log.map((line) => line.split(' ')[0]));
    assert.equal(log.filter((line) => line.endsWith(' closed')).length, used.size);
  });

  test('asks a damaged file but once', async () => {
    const { open, log } = engines();
    await using engine = openSelfReplacingEngine(open);
    await assert.rejects(engine.rows('damaged'), /damaged/u);
    assert.deepEqual(log, ['1 damaged']);
  });
});
