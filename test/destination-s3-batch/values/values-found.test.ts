// Any record in: DuckDB finds each of its values in the column or sibling, and counts as many values in a column as were sent,
// except those that the summary names.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { parseJson } from '@s3-connectors/common/json/parse-json.ts';
import * as fc from 'fast-check';

import type { S3TestServer } from '../../../tools/s3-server/types.ts';
import { bucket, catalogJson, recordLine } from '../../support/destination-input.ts';
import { emptyServer } from '../../support/empty-server.ts';
import { jsonTextsByEngine } from '../../support/json-rows.ts';
import { runWrite } from '../support/batch.ts';
import { content, meaning, parseExactly, restored } from '../support/restored.ts';
import { isTwin, twin, withTwin } from '../support/earlier-values.ts';
import { withoutHalves } from '../../support/models/without-halves.ts';
import { parquetJson } from '../../support/parquet.ts';

/** JSON text as sent and as it must be read. `micros`: since 1970, for a text that means an instant, without finer digits. */
type Value = { readonly sent: string; readonly read: string; readonly micros?: bigint };

const text = { type: ['null', 'string'] };
const object = { type: 'object', properties: { i: { type: 'integer' }, s: text } };
const properties = {
  id: { type: 'integer' },
  b: { type: 'boolean' },
  i: { type: 'integer' },
  n: { type: 'number' },
  s: text,
  t: { ...text, format: 'date-time' },
  l: { type: 'array', items: { type: 'integer' } },
  ls: { type: 'array', items: text },
  o: object,
  os: { type: 'array', items: object },
};
const scalarColumns = ['b', 'i', 'n', 's', 't', 'l', 'ls', 'o', 'os', 'u', 'o.i', 'o.s'];

function same(sent: string): Value {
  return { sent, read: sent };
}

const numbers = fc
  .constantFrom(
    '0',
    '-1',
    '5',
    '9007199254740993',
    '9223372036854775807',
    '9223372036854775808',
    '1e400',
    '-0',
    '1e18',
    '1e-400',
    '1.5',
    '1.10',
    '10.0',
    '9.9900000000000002',
    '3.14159265358979323846',
    '0.1',
    '123456789012345678901234567890',
  )
  .map(same);
const doubles = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => same(value.toPrecision(17)));
const texts = fc
  .constantFrom(
    '',
    'x',
    '5',
    '12.50',
    '1e3',
    ' 5',
    'true',
    'false',
    'NaN',
    '9223372036854775808',
    'a\0b',
    '"\\\n',
    '\u{1f600}',
    '{}',
    '2026-01-15',
  )
  .map((value) => same(JSON.stringify(value)));
const halves = fc.constantFrom('\ud800', 'a\udc00b', '\ude00\ud83d').map((value): Value => {
  const sent = JSON.stringify(value);
  return { sent, read: withoutHalves(sent) };
});
const words = fc.constantFrom('NaN', 'Infinity', '-Infinity').map((sent): Value => ({ sent, read: 'null' }));
const two = (most: number): fc.Arbitrary<string> => fc.nat(most).map((value) => String(value).padStart(2, '0'));
const fraction = fc.string({ unit: fc.constantFrom(...Array.from('0123456789')), minLength: 1, maxLength: 10 });
const offset = fc.constantFrom(['Z', 0], ['', 0], ['+02:00', 120], ['-05:30', -330]) as fc.Arbitrary<[string, number]>;
const times = fc
  .tuple(two(23), two(59), fc.option(fraction), offset)
  .map(([hour, minute, digits, [zone, minutes]]): Value => {
    const micros = BigInt(Date.UTC(2026, 0, 15, Number(hour), Number(minute) - minutes)) * 1000n;
    const sent = JSON.stringify(`2026-01-15T${hour}:${minute}:00${digits === null ? '' : `.${digits}`}${zone}`);
    return { sent, read: sent, micros: micros + BigInt((digits ?? '').slice(0, 6).padEnd(6, '0')) };
  });
const unixTimes = fc.integer({ min: 1_000_000_000, max: 1_700_000_000 }).map((seconds): Value => {
  return { sent: `${seconds}.25`, read: `${seconds}.25`, micros: BigInt(seconds) * 1_000_000n + 250_000n };
});
const scalar = fc.oneof(
  numbers,
  doubles,
  texts,
  halves,
  words,
  times,
  unixTimes,
  fc.constantFrom('null', 'true', 'false').map(same),
);

function listOf(items: readonly Value[]): Value {
  return { sent: `[${items.map(({ sent }) => sent).join()}]`, read: `[${items.map(({ read }) => read).join()}]` };
}

function objectOf(members: Readonly<Record<string, Value>>): Value {
  const text = (of: 'sent' | 'read'): string =>
    `{${Object.entries(members)
      .map(([name, value]) => `"${name}":${value[of]}`)
      .join()}}`;
  return { sent: text('sent'), read: text('read') };
}

const small = fc.dictionary(fc.constantFrom('i', 's', 'x'), scalar, { maxKeys: 3 }).map(objectOf);
const value = fc.oneof(
  { weight: 5, arbitrary: scalar },
  { weight: 1, arbitrary: fc.array(fc.oneof(scalar, small), { maxLength: 3 }).map(listOf) },
  { weight: 2, arbitrary: small },
);
const column = fc.constantFrom('b', 'i', 'n', 's', 't', 'l', 'ls', 'o', 'os', 'u');
const row = fc.dictionary(column, value, { maxKeys: 10 });
type Read = Readonly<Record<string, unknown>>;
type Summary = {
  readonly tables: readonly { readonly misfits?: Readonly<Record<string, number>> }[];
  readonly streams?: readonly { readonly nulled?: Readonly<Record<string, number>> }[];
};

async function rowsIn(server: S3TestServer): Promise<readonly string[]> {
  const rows: string[] = [];
  for (const { key, body } of server.objects(bucket, 'permutive/data/')) {
    rows.push(...(key.endsWith('.parquet') ? await parquetJson(body) : await jsonTextsByEngine(body)));
  }
  return rows;
}

function assertFound(sent: Readonly<Record<string, Value>>, found: Read, asLines: boolean): void {
  for (const [name, one] of Object.entries(sent)) {
    const [held, beside] = [withoutEarlier(found[name] ?? null), found[`${name}__json`] ?? null];
    if (name === 't' && held !== null && one.micros !== undefined)
      assert.equal(microsOf(held as string), one.micros, one.sent);
    const isDouble = asLines && name === 'n' && /^"?-?\d/u.test(one.read);
    const back = (restored({ [name]: held, [`${name}__json`]: beside }) as Read)[name];
    if (beside !== null && name !== 'o') assert.equal(parseExactlyText(beside), one.read);
    else if (name === 't') assert.equal(held === null, one.read === 'null', one.sent);
    // DuckDB reads all digits of a number in JSON lines as its nearest double.
    else if (isDouble) assert.equal(Number(numberIn(held)), Number(String(parseJson(one.read))), one.sent);
    else assert.deepEqual(meaning(content(back)), meaning(content(parseExactly(one.read))), `${name} ${one.sent}`);
  }
}

/** An object without the repeated member. */
function withoutEarlier(held: unknown): unknown {
  if (typeof held !== 'object' || held === null || !('__json' in held)) return held;
  const { __json: text, ...rest } = held as { readonly __json: string | null };
  return { ...rest, __json: text?.replace(/"i":"earlier",?/u, '') ?? null };
}

function parseExactlyText(beside: unknown): string {
  assert.equal(typeof beside, 'string');
  return beside as string;
}

/** For `number 5`, as `parseExactly` returns it. */
function numberIn(held: unknown): string {
  return (held as string).replace(/^number /u, '');
}

/** For the engine's text, or for ours. */
function microsOf(held: string): bigint {
  const [, seconds = '', digits = ''] = /^(.{19})(?:\.(\d+))?/u.exec(held.replace(' ', 'T')) ?? [];
  return BigInt(Date.parse(`${seconds}Z`)) * 1000n + BigInt(digits.padEnd(6, '0'));
}

function countOf(rows: readonly Read[], path: string): number {
  const [first = '', second] = path.split('.');
  return rows.filter((one) => {
    const outer = one[first] ?? null;
    if (second === undefined || outer === null) return outer !== null;
    return typeof outer === 'object' && ((outer as Read)[second] ?? null) !== null;
  }).length;
}

suite('each value of any record', () => {
  const running = emptyServer();
  for (const output_format of ['parquet', 'json']) {
    test(`is found by DuckDB in its column or sibling, and count(column) differs only by what the summary names (1,200 records, ${output_format})`, async () => {
      const server = running();
      let asides = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(row, both60), fc.array(twin, both60), async (rows, twins) => {
          for (const { key } of server.objects(bucket)) server.remove(bucket, key);
          const repeated = rows.map((members, id) => {
            return withTwin(objectOf({ id: same(String(id)), ...members }).sent, isTwin(members, twins[id] ?? ''));
          });
          const lines = repeated.map(({ sent }) => recordLine('visits', sent));
          const catalog = catalogJson({ name: 'visits', properties, destination_sync_mode: 'append' });
          const { error, said } = await runWrite(server, lines, { catalog, config: { output_format } });
          assert.equal(error, undefined);
          const found = (await rowsIn(server)).map((text) => parseExactly(text) as Read);
          assert.equal(found.length, rows.length);
          for (const one of found) {
            const id = Number(numberIn(one['id']));
            const { aside = '' } = repeated[id] ?? {};
            assert.ok(
              JSON.stringify(one).replaceAll(/\\+"/gu, '"').includes(aside),
              `${aside} in ${JSON.stringify(one)}`,
            );
            asides += aside === '' ? 0 : 1;
            assertFound(rows[id] as Readonly<Record<string, Value>>, one, output_format === 'json');
          }
          const { tables, streams } = parseJson(said.at(-1)?.[1] ?? '') as Summary;
          const sent = rows.map((members) => parseJson(objectOf(asWords(members)).read) as Read);
          for (const path of scalarColumns.filter((each) => each !== 'u')) {
            const named = (tables[0]?.misfits?.[path] ?? 0) + (streams?.[0]?.nulled?.[path] ?? 0);
            assert.equal(countOf(found, path), countOf(sent, path) - named, path);
          }
        }),
        { seed: 20_260_115, numRuns: 20, endOnFailure: true },
      );
      assert.ok(asides > 100, String(asides));
    });
  }
});

const both60 = { minLength: 60, maxLength: 60 };

/** With NaN as values that are not null, to be counted. */
function asWords(members: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
  return Object.fromEntries(
    Object.entries(members).map(([name, { sent }]) => {
      return [
        name,
        same(
          sent.replaceAll(/"(?:[^"\\]|\\.)*"|-?(?:NaN|Infinity)/gu, (token) =>
            token.startsWith('"') ? token : '"a word"',
          ),
        ),
      ];
    }),
  );
}

suite('rows among which few are unusual', () => {
  const running = emptyServer();

  test('are all stored, those as they came and in their order, these in their types', async () => {
    const server = running();
    const rows = Array.from({ length: 5000 }, (_, id) => {
      return `{"id":${id}, "n":${id % 1000 === 500 ? '"x"' : id},"s":"${'y'.repeat(id % 300)}"}`;
    });
    const expected = rows.map((row) => row.replace('"n":"x"', String.raw`"n__json":"\"x\""`));
    for (const output_format of ['json', 'parquet']) {
      for (const { key } of server.objects(bucket)) server.remove(bucket, key);
      const lines = rows.map((row) => recordLine('visits', row));
      const { error, said } = await runWrite(server, lines, {
        catalog: catalogJson('visits'),
        config: { output_format },
      });
      assert.equal(error, undefined);
      const found = await rowsIn(server);
      if (output_format === 'json') assert.equal(found.join('\n'), expected.join('\n'));
      const parsed = found.map((row) => parseJson(row) as Read);
      const names = (read: readonly Read[]): string =>
        read
          .map(({ id, s }) => `${id as number} ${(s as string).length}`)
          .toSorted()
          .join();
      assert.equal(names(parsed), names(rows.map((row) => parseJson(row) as Read)));
      assert.equal(parsed.filter(({ n__json = null }) => n__json === '"x"').length, 5);
      assert.equal(countOf(parsed, 'n'), 4995);
      const { tables } = parseJson(said.at(-1)?.[1] ?? '') as Summary;
      assert.deepEqual(tables[0]?.misfits, { n: 5 });
    }
  });
});
