// Records with what JSON or UTF-8 cannot express: every reader accepts each stored line, also below `_rejected/`.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { gunzipSync } from 'node:zlib';

import { parseJson } from '@s3-connectors/common/json/parse-json.ts';

import * as fc from 'fast-check';

import { startS3Server } from '../../../tools/s3-server/server.ts';
import type { S3TestServer } from '../../../tools/s3-server/types.ts';
import { bucket, catalogJson, recordLine } from '../../support/destination-input.ts';
import { jsonRowsByEngine } from '../../support/json-rows.ts';
import { withoutHalves } from '../../support/models/without-halves.ts';
import type { DestinationUnderTest } from './under-test.ts';

const hostile = '{"id":1,"name":"cut \\ud83d","price":NaN,"more":{"\\udc00":[-Infinity,"\\ud83d\\ude00"]}}';
const read = { id: 1, name: 'cut \ufffd', price: null, more: { '\ufffd': [null, '\u{1f600}'] } };

export function registerRepairedRecords({ name, write, folderOf }: DestinationUnderTest): void {
  suite(`records that no reader would take, through ${name},`, () => {
    test('are stored as rows and rejected lines that DuckDB and strict parsers read, and are counted by stream and field', async () => {
      await using server = await startS3Server();
      server.createBucket(bucket);
      const lines = [
        recordLine('visits', '{"id":0,"name":"x","price":1.5,"more":{"y":[]}}'),
        recordLine('visits', hostile),
        recordLine('visits', `[${hostile}]`),
        recordLine('elsewhere\ud83d', hostile),
      ];
      const { error, failures, said } = await write(server, lines, { catalog: catalogJson('visits') });
      assert.deepEqual([error, failures], [undefined, []]);
      const bodies = (folder: string): readonly Buffer[] =>
        server.objects(bucket, `permutive/${folder}`).map(({ body }) => body);
      const rows = bodies(folderOf('visits')).flatMap(linesIn);
      assert.deepEqual(
        rows.map((row) => (row as typeof read).id).sort((a, b) => a - b),
        [0, 1],
      );
      const { more, ...row } = rows.find((each) => (each as typeof read).id === 1) as typeof read;
      const { more: expectedMore, ...expected } = read;
      assert.deepEqual(row, expected);
      assert.match(JSON.stringify(more), /\ufffd/u);
      assert.ok(expectedMore !== undefined);
      const rejected = bodies('_rejected/').flatMap(linesIn) as readonly { readonly record: unknown }[];
      assert.deepEqual(rejected.map(({ record }) => record).sort(byText), [[read], read].sort(byText));
      for (const folder of [folderOf('visits'), '_rejected/']) {
        for (const body of bodies(folder)) assert.equal((await jsonRowsByEngine(body)).length, linesIn(body).length);
      }
      const summary = parseJson(said.at(-1)?.[1] ?? '') as Summary;
      assert.deepEqual([summary.nulled_values, summary.repaired_texts], [6, 6]);
      const counts = { name: 1, 'more.\ufffd': 1 };
      assert.deepEqual(summary.streams?.[0], {
        stream: 'visits',
        nulled: { price: 1, 'more.\ufffd[]': 1, '[].price': 1, '[].more.\ufffd[]': 1 },
        repaired_texts: { ...counts, '[].name': 1, '[].more.\ufffd': 1 },
      });
      assert.match(said.map(([, text]) => text).join('\n'), /values of "visits" were changed.*price \(1\)/u);
    });

    test('have keys that differ in halves of surrogate pairs alone as keys that differ, and lose no value', async () => {
      await using server = await startS3Server();
      server.createBucket(bucket);
      const more = String.raw`{"k\ud83d":1,"k\udc00":2,"\ufffd":3,"\udE00":4,"plain\ud800":5,"k\ud83d":6}`;
      const lines = [recordLine('visits', `{"id":1,"more":${more}}`)];
      const config = { streams: [{ stream: 'visits' }] };
      const { error } = await write(server, lines, { catalog: catalogJson('visits'), config });
      assert.equal(error, undefined);
      const [row] = server.objects(bucket, `permutive/${folderOf('visits')}`).flatMap(({ body }) => linesIn(body));
      const aside = { __json: '{"k(D83D)":1}' };
      const expected = { 'k(D83D)': 6, 'k(DC00)': 2, '\ufffd': 3, '(DE00)': 4, 'plain\ufffd': 5, ...aside };
      assert.deepEqual((row as { readonly more: unknown }).more, expected);
    });

    /** All stored lines, each of which DuckDB reads. */
    const readable = async (
      server: S3TestServer,
    ): Promise<readonly (Row | { readonly record: readonly unknown[] })[]> => {
      const bodies = server.objects(bucket, 'permutive/').filter(({ key }) => key.endsWith('.gz'));
      for (const { body, key } of bodies)
        assert.equal((await jsonRowsByEngine(body)).length, linesIn(body).length, key);
      return bodies.flatMap(({ body }) => linesIn(body)) as readonly Row[];
    };

    test('keep the last value of a key that an object repeats, and all others as text, in files that DuckDB reads', async () => {
      await using server = await startS3Server();
      server.createBucket(bucket);
      const rows = [
        '{"id":0,"name":"x","more":{"y":1},"name":"x"}',
        '{"id":1,"name":"a","more":{"y":1,"y":2},"name":"b"}',
        '{"id":2,"name":"a","name":"b","more":{"y":3 , "\\u0079":4},"name":"c"}',
        '{"id":3,"name":"a","more":{"y":5,"z":1,"z":2}}',
      ];
      const config = { streams: [{ stream: 'visits' }] };
      const lines = [...rows, '[{"y":1,"y":2}]'].map((row) => recordLine('visits', row));
      const { error, said } = await write(server, lines, { catalog: catalogJson('visits'), config });
      assert.equal(error, undefined);
      const stored = await readable(server);
      const parsed = stored.filter((row): row is Row => 'id' in row).sort((a, b) => a.id - b.id);
      assert.deepEqual(
        parsed.map(({ name: last, more, __json }) => [last, more?.['y'], __json, more?.['__json']]),
        [
          ['x', 1, '{"name":"x"}', undefined],
          ['b', 2, '{"name":"a"}', '{"y":1}'],
          ['c', 4, '{"name":"a","name":"b"}', '{"y":3}'],
          ['a', 5, undefined, parsed[3]?.more?.['__json']],
        ],
      );
      assert.match(JSON.stringify(parsed[3]), /"z\\?":1/u);
      assert.match(JSON.stringify(parsed[3]), /"z\\?":2/u);
      const rejected = stored.flatMap((row) => ('record' in row ? row.record : []));
      assert.deepEqual(rejected, [{ y: 2, __json: '{"y":1}' }]);
      const summary = parseJson(said.at(-1)?.[1] ?? '') as Summary;
      assert.deepEqual(
        [summary.repeated_keys + summary.misfit_values >= 8, summary.misfit_values],
        [true, name.includes('batch') ? 7 : 0],
      );
    });

    test('have numbers beyond a double as null and as text, in files that DuckDB reads', async () => {
      await using server = await startS3Server();
      server.createBucket(bucket);
      const numbers = ['1e400', '-1e400', '1e9999', `1${'0'.repeat(400)}`];
      const rows = numbers.map((number, id) => `{"id":${id},"price":${number},"more":{"list":[1.5,${number}]}}`);
      const lines = [...rows, '{"id":9,"price":1.5,"more":{"list":[1.5]}}'].map((row) => recordLine('visits', row));
      const config = { streams: [{ stream: 'visits' }] };
      const { error } = await write(server, [...lines, ...lines], { catalog: catalogJson('visits'), config });
      assert.equal(error, undefined);
      const stored = await readable(server);
      for (const [id, number] of numbers.entries()) {
        const row = stored.find((each): each is Row => 'id' in each && each.id === id);
        assert.equal(row?.price ?? null, null);
        assert.deepEqual((row?.more as { readonly list: unknown } | undefined)?.list, [1.5, null]);
        assert.equal(JSON.stringify(row).split(number).length, 3, number);
      }
    });

    test('are stored whatever texts they hold, as files that DuckDB reads whole (2,000 generated records)', async () => {
      await using server = await startS3Server();
      server.createBucket(bucket);
      const rows = fc.sample(hostileRow, { seed: 20_260_115, numRuns: 2000 });
      const lines = rows.map((row, id) => recordLine('visits', `{"id":${id},"name":"x","more":${row}}`));
      const { error, failures } = await write(server, lines, { catalog: catalogJson('visits') });
      assert.deepEqual([error, failures], [undefined, []]);
      const bodies = server.objects(bucket, `permutive/${folderOf('visits')}`).map(({ body }) => body);
      const read = await Promise.all(bodies.map(jsonRowsByEngine));
      assert.equal(bodies.flatMap(linesIn).length, rows.length);
      assert.deepEqual(
        read.map(({ length }) => length),
        bodies.map((body) => linesIn(body).length),
      );
    });
  });
}

const piece = fc.oneof(
  fc.constantFrom('\\ud83d', '\\uDE00', '\\uDfFf', '\\ud83d\\ude00', '\\\\ud83d', '\\u0000', '\\n', '\\"'),
  fc.constantFrom('NaN', 'ud83d', '\u{1f600}', 'ü', ' '),
);
const hostileText = fc.array(piece, { maxLength: 6 }).map((pieces) => `"${pieces.join('')}"`);
const word = fc.constantFrom('NaN', '-Infinity', 'Infinity', 'null', '1.5');
/** JSON, except for these words. */
const hostileRow = fc
  .tuple(hostileText, fc.array(hostileText, { maxLength: 3 }), fc.array(word, { maxLength: 3 }), word)
  .map(([text, texts, words, one]) => `{"t":${text},"ts":[${texts.join()}],"ws":[${words.join()}],"w":${one}}`);

type Row = {
  readonly id: number;
  readonly name?: string;
  readonly price?: number | null;
  readonly more?: Readonly<Record<string, unknown>>;
  readonly __json?: string;
};

type Summary = {
  readonly nulled_values: number;
  readonly misfit_values: number;
  readonly repeated_keys: number;
  readonly repaired_texts: number;
  readonly streams?: readonly object[];
};

/** By strict parsers of UTF-8 and of JSON. */
function linesIn(body: Buffer): readonly unknown[] {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(gunzipSync(body));
  assert.ok(withoutHalves(text) === text);
  return text.split('\n').slice(0, -1).map(parseJson);
}

function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}
