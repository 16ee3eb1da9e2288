// Values that become null are counted and reported once per table and column, in both protocols, and so are changes of columns and
// of members of objects: no column silently becomes null.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { parseConfiguredCatalog } from '@s3-connectors/common/protocol/catalog.ts';
import { airbyteFrame, singerFrame, type RecordFrame } from '@s3-connectors/common/protocol/record-frame.ts';
import { parseState } from '@s3-connectors/common/protocol/state.ts';

import { read } from '../../../source-s3/src/verbs/read/read.ts';
import { parquet } from '../../support/parquet.ts';
import { avroFile, recordOf } from '../support/avro.ts';
import { catalogJson, serverWith, sourceConfig, type Json } from '../support/source.ts';

const integer = { type: ['null', 'integer'] };
const string = { type: ['null', 'string'] };

const faces: Readonly<Record<string, () => RecordFrame>> = {
  Airbyte: () => airbyteFrame({ name: 't', namespace: 'lake' }),
  Singer: () => singerFrame('lake-t', undefined),
};

/** WARNs of a read without their stream. */
async function warnings(
  objects: Parameters<typeof serverWith>[0],
  columns: Json,
  {
    config = {},
    frame = faces['Airbyte'],
  }: { readonly config?: Json; readonly frame?: (() => RecordFrame) | undefined } = {},
): Promise<readonly string[]> {
  await using server = await serverWith(objects);
  const said: string[] = [];
  const context = {
    log: (level: string, message: string): void =>
      void (level === 'WARN' && said.push(message.replace(/^lake\.t: /u, ''))),
    signal: new AbortController().signal,
    fail: () => undefined,
    ...(frame === undefined ? {} : { frameOf: frame }),
  };
  const catalog = parseConfiguredCatalog(catalogJson({ t: columns }));
  for await (const output of read(sourceConfig(server, config), catalog, parseState(undefined), context)) void output;
  return said;
}

/** Files with a column `c` of these texts, and an `id`. */
const formats: Readonly<Record<string, (texts: readonly string[]) => Promise<Buffer | string>>> = {
  parquet: (texts) => parquet(`SELECT * FROM (VALUES ${texts.map((text) => `(1, '${text}')`).join(', ')}) AS t(id, c)`),
  csv: (texts) => Promise.resolve(`id,c\n${texts.map((text) => `1,${text}\n`).join('')}`),
  jsonl: (texts) => Promise.resolve(texts.map((c) => `${JSON.stringify({ id: 1, c })}\n`).join('')),
  avro: (texts) =>
    Promise.resolve(
      avroFile(
        recordOf({ id: 'int', c: 'string' }),
        texts.map((c) => ({ id: 1, c })),
      ),
    ),
};

suite('a column whose values became null', () => {
  for (const [format, make] of Object.entries(formats)) {
    for (const [face, frame] of Object.entries(faces)) {
      test(`is said once with rows, files and the first file, of ${format} as ${face}`, async () => {
        const objects = {
          [`lake/t/a.${format}`]: await make(['1', '2']),
          [`lake/t/b.${format}`]: await make(['secret', '3', 'x']),
          [`lake/t/c.${format}`]: await make(['y']),
        };
        const config = { data_format: { format } };
        assert.deepEqual(await warnings(objects, { id: integer, c: integer }, { config, frame }), [
          `"c" has values in 3 rows that do not fit the catalog’s type, or that JSON has no form for, and that became null: 2 files, first "lake/t/b.${format}" (2 rows). If the files are right, run discover again; else correct them.`,
        ]);
      });
    }

    test(`is not there where all values fit, of ${format}`, async () => {
      const objects = { [`lake/t/a.${format}`]: await make(['1', '2']) };
      const config = { data_format: { format } };
      assert.deepEqual(await warnings(objects, { id: integer, c: integer }, { config }), []);
      assert.deepEqual(await warnings(objects, { id: integer, c: string }, { config }), []);
    });
  }

  test('is said of NaN too, and by the path of a member', async () => {
    const nan = "'NaN'::DOUBLE";
    const body = await parquet(
      `SELECT ${nan} AS d, {'a': [${nan}], 'b': 'x'} AS s, MAP {'secret': ${nan}} AS m FROM range(3)`,
    );
    for (const frame of Object.values(faces)) {
      const number = { type: 'number' };
      const columns = {
        d: number,
        s: { type: 'object', properties: { a: { type: 'array', items: number }, b: string } },
        m: { type: 'object', additionalProperties: number },
      };
      const said = await warnings({ 'lake/t/a.parquet': body }, columns, { frame });
      assert.deepEqual(
        said.map((line) => line.split(' that do not')[0]),
        ['"d" has values in 3 rows', '"s.a" has values in 3 rows', '"m" has values in 3 rows'],
      );
      assert.doesNotMatch(said.join(), /secret/u);
    }
  });

  test('is said of a folder’s value that JSON has no form for', async () => {
    const data_partitioning = { mode: 'partitioned', column_types: [{ name: 'x', type: 'number' }] };
    for (const format of ['parquet', 'csv', 'jsonl', 'avro']) {
      const objects = { [`lake/t/x=NaN/a.${format}`]: (await formats[format]?.(['1', 'q'])) ?? '' };
      for (const frame of Object.values(faces)) {
        const said = await warnings(
          objects,
          { id: integer, c: integer, x: { type: 'number' } },
          { config: { data_format: { format }, data_partitioning }, frame },
        );
        assert.deepEqual(
          said.map((line) => line.split(' that do not')[0]),
          ['"c" has values in 1 row', '"x" has values in 2 rows'],
          format,
        );
      }
    }
  });

  test('is said also of a stream that fails later', async () => {
    const objects = {
      'lake/t/a.parquet': (await formats['parquet']?.(['x'])) ?? '',
      'lake/t/b.parquet': 'PAR1 but no more',
    };
    const said = await warnings(objects, { c: integer });
    assert.match(said.join('\n'), /"c" has values in 1 row that do not fit/u);
  });

  test('is one of twenty that are named, and of any number that are counted', async () => {
    const names = Array.from({ length: 33 }, (_, place) => `c${place}`);
    const body = await parquet(`SELECT ${names.map((name) => `'x' AS ${name}`).join(', ')}`);
    const said = await warnings({ 'lake/t/a.parquet': body }, Object.fromEntries(names.map((name) => [name, integer])));
    assert.equal(said.length, 21);
    assert.match(said.at(-1) ?? '', /^and so it is for 13 more fields\. If the files are right/u);
  });
});

suite('members of objects', () => {
  const properties = { a: integer, b: string };
  const places: Readonly<
    Record<
      string,
      {
        readonly schema: Json;
        readonly sql: (struct: string) => string;
        readonly avro: (record: unknown) => unknown;
        readonly value: (value: unknown) => unknown;
      }
    >
  > = {
    'a column': {
      schema: { type: 'object', properties },
      sql: (struct) => struct,
      avro: (record) => record,
      value: (value) => value,
    },
    'a list': {
      schema: { type: 'array', items: { type: 'object', properties } },
      sql: (struct) => `[${struct}]`,
      avro: (items) => ({ type: 'array', items }),
      value: (value) => [value],
    },
    'a map': {
      schema: { type: 'object', additionalProperties: { type: 'object', properties } },
      sql: (struct) => `MAP {'k': ${struct}}`,
      avro: (values) => ({ type: 'map', values }),
      value: (value) => ({ k: value }),
    },
    'another object': {
      schema: { type: 'object', properties: { o: { type: 'object', properties } } },
      sql: (struct) => `{'o': ${struct}}`,
      avro: (type) => ({ type: 'record', name: 'outer', fields: [{ name: 'o', type }] }),
      value: (value) => ({ o: value }),
    },
  };
  const shapes = {
    same: [{ a: 'int', b: 'string' }, { a: 1, b: 'x' }, "{'a': 1, 'b': 'x'}"],
    renamed: [{ a: 'int', bb: 'string' }, { a: 1, bb: 'x' }, "{'a': 1, 'bb': 'x'}"],
    added: [{ a: 'int', b: 'string', n: 'int' }, { a: 1, b: 'x', n: 2 }, "{'a': 1, 'b': 'x', 'n': 2}"],
    dropped: [{ a: 'int' }, { a: 1 }, "{'a': 1}"],
  } as const;
  type Shape = keyof typeof shapes;

  const make = {
    parquet: (shape: Shape, place: string) => parquet(`SELECT ${places[place]?.sql(shapes[shape][2])} AS c`),
    avro: (shape: Shape, place: string) => {
      const fields = Object.entries(shapes[shape][0]).map(([name, type]) => ({ name, type }));
      const type = places[place]?.avro({ type: 'record', name: 'pair', fields });
      return Promise.resolve(avroFile(recordOf({ c: type }), [{ c: places[place]?.value(shapes[shape][1]) }]));
    },
  };

  for (const [place, { schema }] of Object.entries(places)) {
    const path = place === 'another object' ? 'c.o' : 'c';
    for (const format of ['parquet', 'avro'] as const) {
      test(`in ${place} that were renamed, added or dropped are said, of ${format}`, async () => {
        const said = async (...order: readonly Shape[]): Promise<string> => {
          const bodies = await Promise.all(order.map(async (shape) => make[format](shape, place)));
          const objects = Object.fromEntries(bodies.map((body, index) => [`lake/t/${index}.${format}`, body]));
          return (await warnings(objects, { c: schema }, { config: { data_format: { format } } })).join('\n');
        };
        const undeclared = (name: string): RegExp =>
          new RegExp(`not declare are omitted: "${path}\\.${name}" \\(first in "lake/t/1\\.`, 'u');
        const missing = new RegExp(
          `lack columns that the catalog declares.*: "${path}\\.b" \\(1 file, first "lake/t/1\\.`,
          'u',
        );
        assert.equal(await said('same', 'same'), '');
        assert.match(await said('same', 'renamed'), undeclared('bb'));
        assert.match(await said('same', 'renamed'), missing);
        assert.match(await said('same', 'added'), undeclared('n'));
        assert.doesNotMatch(await said('same', 'added'), /lack/u);
        assert.match(await said('same', 'dropped'), missing);
        assert.equal(await said('dropped', 'same'), '', 'only newer files have it');
      });
    }
  }
});

suite('a column that the newest files lack', () => {
  for (const format of ['parquet', 'csv', 'avro']) {
    test(`is said with the first of them, and one that only newer files have is not, of ${format}`, async () => {
      const [both, one] = [
        (await formats[format]?.(['1'])) ?? '',
        format === 'parquet'
          ? await parquet('SELECT 1 AS id')
          : format === 'csv'
            ? 'id\n1\n'
            : avroFile(recordOf({ id: 'int' }), [{ id: 1 }]),
      ];
      const config = { data_format: { format } };
      const columns = { id: integer, c: integer };
      const keys = [0, 1, 2, 3].map((file) => `lake/t/${file}.${format}`);
      const objects = (bodies: readonly (Buffer | string)[]): Record<string, Buffer | string> =>
        Object.fromEntries(bodies.map((body, file) => [keys[file] ?? '', body]));
      const said = await warnings(objects([one, both, one, one]), columns, { config });
      assert.deepEqual(said, [
        `the newest files lack columns that the catalog declares, so that these are null in all their rows: "c" (2 files, first "${keys[2]}"). If they were renamed or dropped, run discover again; if the files are wrong, correct them.`,
      ]);
      assert.deepEqual(await warnings(objects([one, both]), columns, { config }), []);
    });
  }
});

suite('what is odd in files', () => {
  test('is said: members of JSON lines that are there more than once', async () => {
    const objects = { 'lake/t/a.jsonl': '{"c":1,"id":1,"c":2}\n{"c":3}\n{"c":1,"\\u0063":4,"c":5}\n' };
    const config = { data_format: { format: 'jsonl' } };
    assert.deepEqual(await warnings(objects, { id: integer, c: integer }, { config }), [
      '"c" is more than once in 2 rows, of which the last value counts: 1 file, "lake/t/a.jsonl". Correct the writer of the files if that is not meant.',
    ]);
  });

  test('is said: files of zero bytes', async () => {
    const objects = { 'lake/t/a.csv': 'c\n1\n', 'lake/t/b.csv': '', 'lake/t/c.csv': '', 'lake/t/_SUCCESS': '' };
    assert.deepEqual(await warnings(objects, { c: string }, { config: { data_format: { format: 'csv' } } }), [
      '2 data files have zero bytes, such as "lake/t/b.csv". If a writer failed, write it again.',
    ]);
  });
});
