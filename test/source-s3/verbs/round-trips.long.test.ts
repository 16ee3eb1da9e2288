// How many round trips to S3 the verbs need that someone waits for: on a slow link little else takes time.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { check } from '../../../source-s3/src/verbs/check.ts';
import type { S3TestServer } from '../../../tools/s3-server/types.ts';
import { parquet } from '../../support/parquet.ts';
import { inRounds } from '../../support/rounds.ts';
import { avroFile, recordOf } from '../support/avro.ts';
import { configured, discoverHere, readHere, serverWith, sourceConfig, type Json } from '../support/source.ts';

/** Listings, of eight tables, and files, of sixteen. */
const mostAtOnce = 24;
const filesPerTable = 8;

const text = 'a'.repeat(1000);

type Make = () => Promise<Buffer> | Buffer | string;

/** More than what the first request of a file brings, where a format looks at more. */
const bodies: Readonly<Record<string, Make>> = {
  parquet: () => parquet('SELECT i AS id, i::VARCHAR AS name FROM range(100) t(i)'),
  csv: () => `id,name\n${`1,${text}\n`.repeat(280)}`,
  jsonl: () => `{"id":1,"name":"${text}"}\n`.repeat(280),
  avro: () => avroFile(recordOf({ id: 'long' }), [{ id: 1n }]),
};

async function lake(format: string, tables: number): Promise<S3TestServer> {
  const body = await bodies[format]?.();
  const keys = Array.from({ length: tables * filesPerTable }, (_, index) => {
    return `lake/t${index % tables}/day=2026-01-0${1 + Math.floor(index / tables)}/f.${format}`;
  });
  return await serverWith(Object.fromEntries(keys.map((key) => [key, body ?? ''])));
}

async function checkHere(server: S3TestServer, config: Json): Promise<void> {
  const context = { log: () => undefined, signal: new AbortController().signal, fail: () => undefined };
  await check(sourceConfig(server, config), context);
}

suite('round trips in sequence', () => {
  for (const format of Object.keys(bodies)) {
    for (const tables of format === 'csv' ? [1, 5, 30] : [1, 5]) {
      test(`of discover are at most four and one for each of ${tables} tables of ${format}`, async () => {
        await using server = await lake(format, tables);
        const config = { data_format: { format, ...(format === 'csv' && { infer_types: true }) } };
        const { rounds, result } = await inRounds(server, () => discoverHere(server, config));
        assert.equal(result.catalog.streams.length, tables);
        assert.ok(rounds.length <= 3 + tables, JSON.stringify(rounds.map((round) => round.length)));
        assert.ok(Math.max(...rounds.map((round) => round.length)) <= mostAtOnce);
      });
    }
  }

  test('of check are three, however many schema prefixes there are', async () => {
    const prefixes = Array.from({ length: 8 }, (_, index) => `lake${index}`);
    await using server = await serverWith(Object.fromEntries(prefixes.map((path) => [`${path}/t/a.csv`, 'id\n1\n'])));
    for (const schema_prefixes of [prefixes.slice(0, 1), prefixes]) {
      const config = { data_format: { format: 'csv' }, schema_prefixes };
      const { rounds } = await inRounds(server, () => checkHere(server, config));
      assert.deepEqual(
        rounds.map((round) => round.length),
        Array(3).fill(schema_prefixes.length),
      );
    }
  });

  test('of check are one more for each table before the first that has a file', async () => {
    const empty = Object.fromEntries([0, 1, 2].map((index) => [`lake/a${index}/x.unknown`, '?']));
    await using server = await serverWith({ ...empty, 'lake/b/a.csv': 'id\n1\n' });
    const { rounds } = await inRounds(server, () => checkHere(server, { data_format: { format: 'csv' } }));
    assert.equal(rounds.length, 3 + 3);
  });

  test('of read before its first record are four', async () => {
    await using server = await lake('parquet', 1);
    const { catalog } = await discoverHere(server);
    const { rounds } = await inRounds(server, () => readHere(server, { catalog: configured(catalog) }));
    assert.ok(rounds.length <= 4, JSON.stringify(rounds));
  });
});
