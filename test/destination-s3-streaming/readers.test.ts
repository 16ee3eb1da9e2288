// What other programs read of the files: the published examples, in the layout as a table and each file by itself.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { promisify } from 'node:util';
import { gunzipSync, inflateRawSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { startS3Server } from '../../tools/s3-server/server.ts';
import { examples, publishedStream, type PublishedName } from './support/published.ts';
import { bucket, catalogJson, recordLine } from '../support/destination-input.ts';
import { runWrite } from './support/streaming.ts';

const names = Object.keys(examples) as readonly PublishedName[];
const gzipHeaderBytes = 10;
const gzipTrailerBytes = 8;
/** By name of the type: the folders of its example. */
const hours = {
  events: { year: '2022', month: '10', day: '15', hour: '16' },
  sync_aliases: { year: '2022', month: '10', day: '13', hour: '12' },
  segment: {},
};

suite('the published examples in S3', () => {
  let folder = '';
  const files = new Map<PublishedName, { readonly path: string; readonly body: Buffer }>();

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 's3-connectors-readers-'));
    await using server = await startS3Server();
    server.createBucket(bucket);
    const lines = names.map((name) => recordLine(name, examples[name]));
    const { error } = await runWrite(server, lines, { catalog: catalogJson(...names.map(publishedStream)) });
    assert.equal(error, undefined);
    for (const { key, body } of server.objects(bucket)) {
      const path = join(folder, key);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, body);
      const name = names.find((each) => key.startsWith(`permutive/type=${each}/`));
      assert.ok(name !== undefined, key);
      files.set(name, { path, body });
    }
  });
  after(() => rm(folder, { recursive: true }));

  for (const name of names) {
    const text = `${examples[name]}\n`;

    test(`are byte for byte what was sent, to Node, zcat and a reader that stops at the first member: ${name}`, async () => {
      const { path, body } = files.get(name) ?? { path: '', body: Buffer.alloc(0) };
      assert.equal(gunzipSync(body).toString(), text);
      const { stdout } = await promisify(execFile)('sh', ['-c', 'zcat < "$1"', 'sh', path]);
      assert.equal(stdout, text);
      const { buffer, engine } = inflateRawSync(body.subarray(gzipHeaderBytes), { info: true }) as unknown as {
        readonly buffer: Buffer;
        readonly engine: { readonly bytesWritten: number };
      };
      assert.equal(buffer.toString(), text);
      assert.equal(engine.bytesWritten, body.length - gzipHeaderBytes - gzipTrailerBytes);
    });

    test(`are rows of a Hive-partitioned table to DuckDB, with the hour from the folders: ${name}`, async () => {
      const instance = await DuckDBInstance.create(':memory:');
      const connection = await instance.connect();
      try {
        const files = `${folder}/permutive/type=${name}/**/*.jsonl.gz`;
        const options = "format = 'newline_delimited', hive_partitioning = true, hive_types_autocast = false";
        const reader = await connection.runAndReadAll(
          `SELECT to_json(row) AS json FROM (FROM read_json('${files}', ${options})) AS row`,
        );
        const rows = reader.getRowObjects().map(({ json }) => JSON.parse(String(json)) as object);
        assert.deepEqual(rows, [{ ...(JSON.parse(examples[name]) as object), type: name, ...hours[name] }]);
      } finally {
        connection.closeSync();
        instance.closeSync();
      }
    });
  }
});
