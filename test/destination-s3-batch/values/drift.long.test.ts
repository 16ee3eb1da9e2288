// Days of rows whose fields appear, disappear and change their kinds: the engine reads all files of all days together, directly and
// through the view of `ddl`, and finds every sent value in its column or as text in its sibling.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { parseConfig } from '@s3-connectors/common/protocol/config.ts';
import { silentLog } from '@s3-connectors/common/protocol/log.ts';
import * as fc from 'fast-check';
import { configSchema, resolveConfig } from '../../../destination-s3-batch/src/config/config.ts';
import { ddl } from '../support/ddl.ts';
import type { S3TestServer } from '../../../tools/s3-server/types.ts';
import { bucket, catalogJson, recordLine } from '../../support/destination-input.ts';
import { configJson, runWrite } from '../support/batch.ts';
import { content, meaning, parseExactly, restored } from '../support/restored.ts';
import { withoutHalves } from '../../support/models/without-halves.ts';
import { emptyServer } from '../../support/empty-server.ts';

/** A row is JSON text: its numbers have digits that no JavaScript number has. */
type Day = readonly string[];

const name = fc.constantFrom('a', 'A', 'b', 'c', 'a__json', '', 'ü', 'a"b', "it's", 'list', 'key');
const integers = ['0', '-1', '5', '9007199254740993', '-9223372036854775808', '9223372036854775808', '1e400'];
const reals = ['1.5', '1.10', '10.0', '1e3', '0.1', '0.1234567890123456789', '1e300'];
const numbers = [...integers, ...reals, '123456789012345678901234567890'];
const texts = ['', 'x', '5', '2026-01-15', '2026-01-15T10:00:00Z', '\ud800', '\u{1f600}', 'a\0b', '"\\\n'];
const scalar = fc.constantFrom('null', 'true', 'false', ...numbers, ...texts.map((text) => JSON.stringify(text)));
const { value } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 4, arbitrary: scalar },
    { weight: 1, arbitrary: fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join()}]`) },
    { weight: 2, arbitrary: objectOf(tie('value')) },
  ),
}));
const days: fc.Arbitrary<readonly Day[]> = fc.array(fc.array(objectOf(value), { minLength: 1, maxLength: 4 }), {
  minLength: 2,
  maxLength: 4,
});

function objectOf(member: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .dictionary(name, member, { maxKeys: 4 })
    .map((members) => Object.entries(members).map(([key, text]) => `${JSON.stringify(key)}:${text}`))
    .map((members) => `{${members.join(',')}}`);
}

suite('days of properties that drift', () => {
  const running = emptyServer();
  let connection: DuckDBConnection;
  before(async () => {
    connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
    await connection.run("SET TimeZone = 'UTC'");
  });
  after(() => connection.closeSync());

  async function rowsOf(sql: string): Promise<readonly string[]> {
    const reader = await connection.runAndReadAll(`SELECT to_json(row)::VARCHAR AS json FROM (${sql}) AS row`);
    return reader.getRowObjectsJson().map(({ json }) => json as string);
  }

  async function readBack(server: S3TestServer, format: string): Promise<readonly (readonly string[])[]> {
    const folder = await mkdtemp(join(tmpdir(), 's3-connectors-drift-'));
    try {
      for (const { key, body } of server.objects(bucket, 'permutive/data/')) {
        const path = join(folder, key.slice('permutive/'.length));
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, body);
      }
      const config = resolveConfig(
        parseConfig(configSchema, configJson(server, { output_format: format }), silentLog),
        {},
      );
      const context = { log: silentLog, signal: new AbortController().signal, fail: () => undefined };
      const view = await Array.fromAsync(ddl(config, { engine: 'duckdb', location: folder }, context));
      await connection.run(
        view.map((print) => (typeof print === 'object' && 'sql' in print ? print.sql : '')).join(''),
      );
      const read = [await rowsOf('FROM visits')];
      if (format === 'parquet') {
        read.push(await rowsOf(`FROM read_parquet('${folder}/data/visits/**/*.parquet', union_by_name = true)`));
      }
      return read;
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  for (const output_format of ['parquet', 'json']) {
    test(`can be read together, and nothing of them is lost (${output_format})`, async () => {
      const server = running();
      await fc.assert(
        fc.asyncProperty(days, async (sent) => {
          for (const { key } of server.objects(bucket)) server.remove(bucket, key);
          for (const [day, rows] of sent.entries()) {
            const lines = rows.map((properties, row) => {
              const time = new Date(Date.UTC(2026, 0, 28 + day)).toISOString();
              return recordLine('visits', `{"time":"${time}","row_id":${day * 10 + row},"properties":${properties}}`);
            });
            const { error } = await runWrite(server, lines, {
              catalog: catalogJson('visits'),
              config: { output_format },
            });
            assert.equal(error, undefined);
          }
          const expected = new Map(
            sent.flatMap((rows, day) =>
              rows.map((row, index) => [day * 10 + index, content(parseExactly(withoutHalves(row)))] as const),
            ),
          );
          for (const rows of await readBack(server, output_format)) {
            assert.equal(rows.length, expected.size);
            for (const read of rows) {
              const { row_id, properties, properties__json } = parseExactly(read) as Readonly<Record<string, unknown>>;
              const row = restored({ properties, ...(properties__json === undefined ? {} : { properties__json }) });
              const id = Number(String(row_id).slice('number '.length));
              const { properties: found } = row as { readonly properties?: unknown };
              assert.deepEqual(meaning(content(found)), meaning(expected.get(id)));
            }
          }
        }),
        { numRuns: 15, seed: 14, endOnFailure: true },
      );
    });
  }
});
