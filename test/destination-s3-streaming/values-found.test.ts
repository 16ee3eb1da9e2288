// Any record in: DuckDB reads each stored file as a whole, and finds each value in its column or in `__json`. It counts as many
// values in a column as were sent, except those that the summary names.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { parseJson } from '@s3-connectors/common/json/parse-json.ts';
import * as fc from 'fast-check';

import { bucket, catalogJson, recordLine } from '../support/destination-input.ts';
import { emptyServer } from '../support/empty-server.ts';
import { jsonRowsByEngine, jsonTextsByEngine } from '../support/json-rows.ts';
import { runWrite } from './support/streaming.ts';

/** A value as sent, and as found: in its column, and if that is incomplete, its text in `__json`. */
type Value = { readonly sent: string; readonly read: unknown; readonly aside: boolean };
type Member = readonly [name: string, value: Value];
type Read = Readonly<Record<string, unknown>>;

function same(sent: string): Value {
  return { sent, read: parseJson(sent), aside: false };
}

const beyond = fc.constantFrom('1e400', '-1e400', '1E9999', '9'.repeat(320));
const scalar = fc.oneof(
  fc
    .constantFrom(
      '0',
      '-1.50',
      '9007199254740993',
      '1e308',
      '1e-400',
      'true',
      'null',
      '""',
      '"x\\u0000"',
      '"\\ud83d\\ude00"',
    )
    .map(same),
  beyond.map((sent): Value => ({ sent, read: null, aside: true })),
  fc.constantFrom('NaN', '-Infinity').map((sent): Value => ({ sent, read: null, aside: false })),
  fc.constantFrom('"a\\ud83d"', '"\\uDC00"').map((sent): Value => {
    return { sent, read: (parseJson(sent) as string).toWellFormed(), aside: false };
  }),
);
const list = fc.array(scalar, { maxLength: 3 }).map((items): Value => {
  const aside = items.some((item) => item.aside);
  return { sent: `[${items.map(({ sent }) => sent).join()}]`, read: items.map(({ read }) => read), aside };
});
const names = fc.constantFrom('a', 'b', 'c', 'd');
const members = fc.array(fc.tuple(names, fc.oneof({ weight: 4, arbitrary: scalar }, { weight: 1, arbitrary: list })), {
  maxLength: 5,
});

/** The stored form of an object: its columns, and the texts in `__json`. */
function storedOf(all: readonly Member[]): { readonly columns: Read; readonly texts: readonly string[] } {
  const isLast = ([name]: Member, index: number): boolean => all.findLastIndex(([other]) => other === name) === index;
  const columns = Object.fromEntries(all.filter(isLast).map(([name, { read }]) => [name, read]));
  const aside = all.filter((member, index) => member[1].aside || !isLast(member, index));
  return { columns, texts: aside.map(([name, { sent }]) => `"${name}":${plain(sent)}`) };
}

/** The form of the text in `__json`. */
function plain(sent: string): string {
  return sent.replaceAll(/-?(?:NaN|Infinity)/gu, 'null').replaceAll(/\\ud83d(?!\\ude00)|\\uDC00/gu, '\\ufffd');
}

function textOf(all: readonly Member[]): string {
  return `{${all.map(([name, { sent }]) => `"${name}":${sent}`).join()}}`;
}

function assertStored(found: Read, all: readonly Member[], without: readonly string[]): void {
  const { __json: aside = '{}', ...columns } = found;
  const own = Object.fromEntries(Object.entries(columns).filter(([name]) => !without.includes(name)));
  const expected = storedOf(all);
  assert.deepEqual(own, expected.columns, textOf(all));
  assert.equal(aside, `{${expected.texts.join()}}`, textOf(all));
}

suite('each value of any record', () => {
  const running = emptyServer();

  test('is found by DuckDB in its column or sibling, and count(column) differs only by what the summary names (2,000 records)', async () => {
    const server = running();
    const rows = fc.sample(fc.tuple(members, members), { seed: 20_261_130, numRuns: 2000 });
    const lines = rows.map(([outer, inner], id) => {
      return recordLine(
        'visits',
        `{"id":${id},"o":${textOf(inner)}${outer.length > 0 ? ',' : ''}${textOf(outer).slice(1)}`,
      );
    });
    const { error, said } = await runWrite(server, lines, { catalog: catalogJson('visits') });
    assert.equal(error, undefined);
    const files = server.objects(bucket, 'permutive/type=visits/').map(({ body }) => body);
    const read = await Promise.all(files.map(jsonRowsByEngine));
    const found = (await Promise.all(files.map(jsonTextsByEngine))).flat().map((text) => parseJson(text) as Read);
    assert.deepEqual([found.length, read.flat().length], [rows.length, rows.length]);
    for (const row of found) {
      const [outer, inner] = rows[Number(row['id'])] ?? [[], []];
      assertStored(row, outer, ['id', 'o']);
      assertStored(row['o'] as Read, inner, []);
    }
    type Counts = Readonly<Record<string, number>>;
    type Summary = {
      readonly streams: readonly {
        readonly nulled: Counts;
        readonly out_of_range: Counts;
        readonly repeated_keys: Counts;
      }[];
    };
    const {
      nulled,
      out_of_range: outOfRange,
      repeated_keys: repeated,
    } = (parseJson(said.at(-1)?.[1] ?? '') as Summary).streams[0] ?? {
      nulled: {},
      out_of_range: {},
      repeated_keys: {},
    };
    for (const name of ['a', 'b', 'c', 'd']) {
      const sent = rows.flatMap(([outer]) =>
        outer.filter(([other, { sent: text }]) => other === name && text !== 'null'),
      );
      const values = found.filter((row) => (row[name] ?? null) !== null).length;
      const lost = rows.flatMap(([outer]) => {
        return outer.filter(([other, { sent: text }], index) => {
          return other === name && text === 'null' && outer.findLastIndex(([next]) => next === name) !== index;
        });
      }).length;
      const named = (nulled[name] ?? 0) + (outOfRange[name] ?? 0) + (repeated[name] ?? 0);
      const twice = rows.flatMap(([outer]) => {
        return outer.filter(([other, { sent: text }], index) => {
          return (
            other === name &&
            /NaN|Inf/u.test(text.replace(/^\[.*/u, '')) &&
            outer.findLastIndex(([next]) => next === name) !== index
          );
        });
      }).length;
      assert.equal(values, sent.length - (named - lost - twice), name);
    }
  });
});
