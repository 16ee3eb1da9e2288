// Which names are read as which format, which are side files, and that a name the user asks for is read.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';

import * as fc from 'fast-check';

import {
  compressionExtensions,
  foreignExtension,
  formatExtensions,
  namingOf,
  type FormatName,
} from '../../../source-s3/src/layout/file-name.ts';
import { skipReason } from '../../../source-s3/src/layout/layout.ts';
import { parquet } from '../../support/parquet.ts';
import { discoverHere, readHere, runSource, configJson, serverWith, type Json } from '../support/source.ts';
import { textRows } from '../support/text.ts';

const formats = Object.keys(formatExtensions) as FormatName[];

suite('The name of a file', () => {
  const cases: readonly (readonly [FormatName, readonly string[], readonly string[]])[] = [
    [
      'csv',
      [
        'data.csv000',
        'venue.csv0001.gz',
        'part-0.c000',
        'a.c000.gz',
        'a.psv',
        'a.dat',
        'a.tab.zst',
        'a.csv.001',
        'a.csv.bz2',
      ],
      ['a.log', 'a.log.gz', 'a.json', 'a.jsonl.gz', 'a.parquet', 'a.csv~', 'a.csvx', 'a.log.1'],
    ],
    [
      'jsonl',
      ['a.jsonlines', 'a.ldjson.gz', 'a.json000', 'a.ndjson.zst', 'a.json.lz4'],
      ['a.json5', 'a.csv', 'a.log', 'a.orc'],
    ],
    [
      'parquet',
      ['df.parquet.gzip', 'a.parquet.gz', 'a.parquet.snappy', 'a.parquet000', 'a.c000'],
      ['a.gz', 'a.csv.gz', 'a.zip'],
    ],
    ['avro', ['a.avro.snappy', 'a.avro.001', 'a.avro000'], ['a.zst', 'a.parquet']],
  ];
  for (const [format, read, foreign] of cases) {
    test(`is one of ${format} with a part’s number or a compression after the extension`, () => {
      const naming = namingOf(format);
      assert.deepEqual(
        read.filter((name) => foreignExtension(name, naming) !== undefined),
        [],
      );
      assert.deepEqual(
        foreign.filter((name) => foreignExtension(name, naming) === undefined),
        [],
      );
    });
  }

  test('that has no extension of a format is of none, whatever stands before it', () => {
    const letters = fc.string({ unit: fc.constantFrom(...'a b c x y z 0 1 9 _ - .'.split(' '), ' '), maxLength: 12 });
    const suffixes = fc.array(fc.constantFrom(...compressionExtensions, '000', '1', 'c000'), { maxLength: 3 });
    fc.assert(
      fc.property(
        letters,
        fc.constantFrom(...formats),
        fc.constantFrom(...formats),
        suffixes,
        (start, own, other, ends) => {
          for (const extension of formatExtensions[own]) {
            const name = [`${start}.${extension}`, ...ends].join('.');
            const isOwn = (formatExtensions[other] as readonly string[]).includes(extension);
            assert.equal(foreignExtension(name, namingOf(other)) === undefined, isOwn, name);
          }
        },
      ),
      { numRuns: 1000, seed: 16 },
    );
  });

  test('of a writer’s manifest or log is a side file', () => {
    const reasonOf = (path: string, format: FormatName) =>
      skipReason({ path, size: 1, archived: false }, namingOf(format));
    const uuid = '0f1b6c5e-6f0a-4b7e-9d7c-1f0b6c5e6f0a';
    const names = ['manifest', 'venue_manifest', 'manifest-files.json', 'manifest-summary.json', 'dt=1/symlink.txt'];
    for (const name of [
      ...names,
      'manifest.json',
      `${uuid}-manifest.csv`,
      `${uuid}.csv.metadata`,
      `${uuid}.metadata`,
    ]) {
      for (const format of formats) assert.equal(reasonOf(name, format), 'side_file', name);
    }
    for (const name of ['manifests.csv', 'symlink.csv', 'metadata.csv', 'a-manifest-1.csv', 'part-0']) {
      assert.equal(reasonOf(name, 'csv'), undefined, name);
    }
  });
});

suite('A name that the user asks for', () => {
  const csv = { data_format: { format: 'csv' } };
  const jsonl = { data_format: { format: 'jsonl' } };
  const cases: readonly (readonly [name: string, body: string | Buffer, config: Json])[] = [
    ['a.log', 'a,b\n1,2\n', { ...csv, file_pattern: '*.log' }],
    ['a.log.gz', gzipSync('a,b\n1,2\n'), { ...csv, file_pattern: '*.log.gz' }],
    ['a.log', '{"a":"1","b":"2"}\n', { ...jsonl, file_pattern: '**/a.log' }],
    ['a.txt', '{"a":"1","b":"2"}\n', { ...jsonl, file_pattern: 'a*' }],
    ['a.csv', '{"a":"1","b":"2"}\n', { ...jsonl, file_pattern: '*.{csv,json}' }],
    [
      'a.xyz',
      'a,b\n1,2\n',
      { ...csv, file_pattern: 'day=*/[a-c].???', data_partitioning: { mode: 'not_partitioned' } },
    ],
    ['x-manifest.csv', 'a,b\n1,2\n', { ...csv, file_pattern: '*manifest.csv' }],
  ];
  for (const [name, body, config] of cases) {
    test(`is read whatever its extension: ${name} by ${String(config['file_pattern'])}`, async () => {
      const { rows } = await textRows(
        { [`lake/t/day=1/${name}`]: body },
        { data_partitioning: { mode: 'not_partitioned' }, ...config },
      );
      assert.deepEqual(rows, [{ a: '1', b: '2' }]);
    });
  }

  test('is not one that only wildcards match, nor another format’s that the pattern does not spell', async () => {
    const files = { 'lake/t/a.csv': 'a\n1\n', 'lake/t/a.log': 'x', 'lake/t/a.parquet': 'x' };
    for (const pattern of ['*', '**', 'a.c*', '**/*.*']) {
      assert.deepEqual((await textRows(files, { ...csv, file_pattern: pattern })).rows, [{ a: '1' }], pattern);
    }
    const { 'lake/t/a.log': _, ...others } = files;
    assert.deepEqual((await textRows(others, { ...csv, file_pattern: 'a.*' })).rows, [{ a: '1' }]);
  });

  test('keeps hidden files, checksums and folder markers out', async () => {
    const files = {
      'lake/t/a.csv': 'a\n1\n',
      'lake/t/.a.csv.crc': 'x',
      'lake/t/_a.csv': 'a\n2\n',
      'lake/t/a.csv.md5': 'x',
    };
    assert.deepEqual((await textRows(files, { ...csv, file_pattern: '*a.csv*' })).rows, [{ a: '1' }]);
  });
});

suite('A Parquet file', () => {
  test('that pandas named by its codec is read', async () => {
    await using server = await serverWith({
      'lake/t/df.parquet.gzip': await parquet('SELECT 1 AS a', 'COMPRESSION gzip'),
    });
    const { messages } = await readHere(server);
    assert.ok(JSON.stringify(messages).includes('"a":1'));
  });

  test('that is compressed as a whole is refused with the reason', async () => {
    for (const name of ['a.parquet.gz', 'a.parquet']) {
      await using server = await serverWith({ [`lake/t/${name}`]: gzipSync(await parquet('SELECT 1 AS a')) });
      const message = /it is compressed as a whole with gzip, which is not read.*Decompress it/u;
      await assert.rejects(discoverHere(server), { code: 'FILE_UNREADABLE', message });
    }
  });
});

suite('Tables of which no file is read', () => {
  const objects = { 'lake/t/a.log.gz': 'x', 'lake/t/b.log.gz': 'x', 'lake/u/c.parquet': 'x', 'lake/u/_SUCCESS': '' };

  test('are a config error of discover, with what is there and what to set', async () => {
    await using server = await serverWith(objects);
    await assert.rejects(
      discoverHere(server, { data_format: { format: 'csv' } }),
      (error: Error & { code: string }) => {
        assert.equal(error.code, 'CONFIG_INVALID');
        assert.match(error.message, /2 tables, first "lake\/t\/"/u);
        assert.match(
          error.message,
          /2 files named "\.log\.gz", such as "lake\/t\/a\.log\.gz"; 1 file named "\.parquet"/u,
        );
        assert.match(error.message, /set file_pattern to "\*\.log\.gz"/u);
        return true;
      },
    );
  });

  test('of another format name that format', async () => {
    await using server = await serverWith({ 'lake/u/c.parquet': 'x' });
    const refused = discoverHere(server, { data_format: { format: 'csv' } });
    await assert.rejects(refused, { code: 'CONFIG_INVALID', message: /set data_format\.format to "parquet"/u });
  });

  test('fail check in the same words, but not where a file is read or more files are there than check looks at', async () => {
    await using server = await serverWith(objects);
    const statusOf = async (config: Json): Promise<string> => {
      const { messages } = await runSource('check', { config });
      return JSON.stringify(messages.filter(({ type }) => type === 'CONNECTION_STATUS'));
    };
    const csv = configJson(server, { data_format: { format: 'csv' } });
    assert.match(await statusOf(csv), /FAILED.*2 files named \\"\.log\.gz\\".*file_pattern/u);
    assert.match(await statusOf({ ...csv, file_pattern: '*.log.gz' }), /SUCCEEDED/u);
    assert.match(
      await statusOf({ ...csv, start_date: '2030-01-01T00:00:00Z', file_pattern: '*.log.gz' }),
      /SUCCEEDED/u,
    );
    for (let index = 0; index < 100; index++) server.seed('customer-data', `lake/t/z${index}.log`, 'x');
    assert.match(await statusOf(csv), /SUCCEEDED/u);
  });

  test('that only options leave out say which', async () => {
    await using server = await serverWith({ 'lake/t/a.csv': 'a\n1\n' });
    const config = { data_format: { format: 'csv' }, start_date: '2030-01-01T00:00:00Z' };
    await assert.rejects(discoverHere(server, config), {
      code: 'CONFIG_INVALID',
      message: /before_start_date.*earlier start_date/u,
    });
    const other = { data_format: { format: 'csv' }, file_pattern: 'b*' };
    await assert.rejects(discoverHere(server, other), {
      code: 'CONFIG_INVALID',
      message: /Correct file_pattern \("b\*"\)/u,
    });
  });
});
