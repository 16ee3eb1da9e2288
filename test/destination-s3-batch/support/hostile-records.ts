// No single record stops a stream: each kind alone, and a thousand of them among good records.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { parseJson } from '@s3-connectors/common/json/parse-json.ts';
import * as fc from 'fast-check';
import { catalogJson, recordLine, type Json } from '../../support/destination-input.ts';
import { emptyServer } from '../../support/empty-server.ts';
import { emittedAt, hostileKinds, hostileMessages, type HostileKind } from '../../support/hostile/hostile-records.ts';
import type { S3TestServer } from '../../../tools/s3-server/types.ts';
import { jsonRows, queryParquet, runWrite } from './batch.ts';

const seed = 14;
const streamsInRun = 4;
const hostileInStream = 10;
const runs = 25;

/** `extra` is not declared: the rows decide what it is. */
const properties = {
  marker: { type: 'string' },
  id: { type: 'integer' },
  name: { type: 'string' },
  n: { type: 'number' },
  tags: { type: 'array', items: { type: 'string' } },
};

function goodRow(id: number): Json {
  return { marker: `good ${id}`, id, name: `name "${id}"`, n: id + 0.5, tags: [`t${id}`, 'ü'], extra: `extra ${id}` };
}

function good(id: number): string {
  return recordLine('visits', goodRow(id), emittedAt);
}

type Row = Readonly<Record<string, unknown>>;

async function rowsOf(server: S3TestServer, table: string, format: string): Promise<readonly Row[]> {
  const folder = `data/${table}/`;
  if (format === 'json') return jsonRows(server, folder).map((line) => parseJson(line) as Row);
  const columns = 'marker, id::INTEGER AS id, name, n, to_json(tags)::VARCHAR AS tags, extra';
  const rows = await queryParquet(server, folder, `SELECT ${columns} FROM files`);
  return rows.map((row) => ({
    ...row,
    tags: row['tags'] === null ? null : parseJson(row['tags'] as string),
  }));
}

/** Reason and marker of the rejected records below a folder. */
function rejectedIn(server: S3TestServer, folder: string): readonly (readonly [reason: string, marker: string])[] {
  return jsonRows(server, `_rejected/${folder}/`).map((line) => {
    const { reason, record, record_base64 } = parseJson(line) as Readonly<Record<string, unknown>>;
    const text =
      record === undefined ? Buffer.from(String(record_base64), 'base64').toString() : JSON.stringify(record);
    return [String(reason), /hostile \d+/u.exec(text)?.[0] ?? ''] as const;
  });
}

function assertGood(rows: readonly Row[], ids: readonly number[]): void {
  const good = rows.filter(({ marker }) => String(marker).startsWith('good'));
  const columns = good.map(({ marker, id, name, n, tags, extra }) => ({ marker, id, name, n, tags, extra }));
  columns.sort((a, b) => Number(a.id) - Number(b.id));
  assert.deepEqual(columns, ids.map(goodRow));
}

function assertHostile(
  rows: readonly Row[],
  kind: HostileKind,
  marker: string,
  rejected: readonly (readonly string[])[],
) {
  const [isStored, isRejected] = [
    rows.filter((row) => row['marker'] === marker).length,
    rejected.filter(([reason, found]) => reason === kind.fate && found === marker).length,
  ];
  assert.deepEqual([isStored, isRejected], kind.fate === 'stored' ? [1, 0] : [0, 1], kind.what);
}

export function registerHostileRecords(output_format: 'parquet' | 'json'): void {
  suite(`the batch destination (${output_format})`, () => {
    const running = emptyServer();
    const config = { output_format };

    for (const kind of hostileKinds) {
      test(`continues after ${kind.what}, which is ${kind.fate}`, async () => {
        const server = running();
        const input = [good(1), kind.line('visits', 'hostile 0', 100_000), good(2), good(3)];
        const catalog = catalogJson({ name: 'visits', properties });
        for (let run = 1; run <= 2; run += 1) {
          const { error, failures } = await runWrite(server, input, { catalog, config });
          assert.deepEqual([error, failures], [undefined, []]);
          if (run === 2) continue; // Records without a valid emitted_at cannot be distinguished then.
          const rows = await rowsOf(server, 'visits', output_format);
          assertGood(rows, [1, 2, 3]);
          const folder = kind.fate === 'unknown_stream' ? '_unknown_stream' : 'visits';
          assertHostile(rows, kind, 'hostile 0', rejectedIn(server, folder));
        }
      });
    }

    for (const [what, line] of hostileMessages) {
      test(`continues after ${what}`, async () => {
        const server = running();
        const input = [recordLine('visits', goodRow(1), emittedAt), line, recordLine('visits', goodRow(2), emittedAt)];
        const { error } = await runWrite(server, input, {
          catalog: catalogJson({ name: 'visits', properties }),
          config,
        });
        assert.equal(error, undefined);
        assertGood(await rowsOf(server, 'visits', output_format), [1, 2]);
      });
    }

    test(`stores good rows as if no others came, and each hostile one once (${streamsInRun * hostileInStream * runs} mixed in)`, async () => {
      const server = running();
      const hostile = fc.tuple(fc.nat({ max: hostileKinds.length - 1 }), fc.integer({ min: 1, max: 300 }), fc.nat(20));
      const mixture = fc.array(hostile, { minLength: hostileInStream, maxLength: hostileInStream });
      const streams = fc.array(mixture, {
        minLength: streamsInRun,
        maxLength: streamsInRun,
      });
      const ids = Array.from({ length: hostileInStream + 2 }, (_, index) => index + 1);
      await fc.assert(
        fc.asyncProperty(streams, async (cases) => {
          for (const { key } of server.objects('publisher-data')) server.remove('publisher-data', key);
          const input = cases.flatMap((mixed, stream) => {
            const lines: (string | Buffer)[] = ids.map((id) => recordLine(`s${stream}`, goodRow(id), emittedAt));
            for (const [index, [kind, size, at]] of mixed.entries()) {
              const line = hostileKinds[kind]?.line(`s${stream}`, `hostile ${stream * 100 + index}`, size) ?? '';
              lines.splice(at, 0, line);
            }
            return lines;
          });
          const catalog = catalogJson(...cases.map((_, stream) => ({ name: `s${stream}`, properties })));
          const { error, failures } = await runWrite(server, input, { catalog, config });
          assert.deepEqual([error, failures], [undefined, []]);
          const strays = rejectedIn(server, '_unknown_stream');
          for (const [stream, mixed] of cases.entries()) {
            const rows = await rowsOf(server, `s${stream}`, output_format);
            assertGood(rows, ids);
            const rejected = [...rejectedIn(server, `s${stream}`), ...strays];
            for (const [index, [kind]] of mixed.entries()) {
              assertHostile(rows, hostileKinds[kind] as HostileKind, `hostile ${stream * 100 + index}`, rejected);
            }
            assert.equal(
              rows.length,
              ids.length + mixed.filter(([kind]) => hostileKinds[kind]?.fate === 'stored').length,
            );
          }
          if ((cases[0]?.[0]?.[1] ?? 0) % 5 !== 0) return; // Repeats some of them.
          const again = await runWrite(server, input, { catalog, config });
          assert.deepEqual([again.error, again.failures], [undefined, []]);
        }),
        { seed, numRuns: runs, endOnFailure: true },
      );
    });
  });
}
