// file_pattern, partition_filter and latest_partition_only: what is read, and which folders are never listed.
import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';

import { parquet } from '../../support/parquet.ts';
import { ofType } from '../../support/models/protocol-schema.ts';
import type { S3TestServer } from '../../../tools/s3-server/types.ts';
import {
  bucket,
  timeOf,
  catalogJson,
  readHere,
  serverWith,
  sourceConfig,
  type Json,
  type ReadResult,
} from '../support/source.ts';

let file: Buffer;
before(async () => {
  file = await parquet('SELECT 1 AS id');
});

const prefix = 's3://customer-data/lake/t/';

/** The paths below the table `t` with rows in a read. */
function pathsRead({ messages }: ReadResult): readonly string[] {
  return ofType(messages, 'RECORD').flatMap(({ record }) => {
    const url = record.data['_ab_source_file_url'];
    return typeof url === 'string' ? url.slice(prefix.length) : [];
  });
}

function serverOf(paths: readonly string[]): Promise<S3TestServer> {
  return serverWith(Object.fromEntries(paths.map((path) => [`lake/t/${path}`, file])));
}

const catalog = catalogJson({ t: { _ab_source_file_url: { type: 'string' } } });

async function readPaths(paths: readonly string[], config: Json): Promise<ReadResult & { readonly lists: number }> {
  await using server = await serverOf(paths);
  const result = await readHere(server, { config, catalog });
  return { ...result, lists: server.counts.of('ListObjectsV2').requests };
}

function typed(...columns: readonly (readonly [name: string, type: string])[]): Json {
  return { mode: 'partitioned', column_types: columns.map(([name, type]) => ({ name, type })) };
}

test('file_pattern: only matching files are read, the others are counted', async () => {
  const paths = ['a.parquet', 'part-1.parquet', 'day=1/part-2.parquet', 'day=1/x.csv'];
  const result = await readPaths(paths, { file_pattern: 'part-*' });
  assert.deepEqual(pathsRead(result), ['part-1.parquet', 'day=1/part-2.parquet']);
  assert.ok(
    result.said.some((line) =>
      line.includes('1 file_pattern (does not match file_pattern, such as "lake/t/a.parquet")'),
    ),
  );
});

suite('partition_filter', () => {
  const days = Array.from({ length: 31 }, (_, index) => `day=2026-01-${String(index + 1).padStart(2, '0')}/a.parquet`);

  test('prunes folders before they are listed', async () => {
    const filter = [{ column: 'day', from: '2026-01-10', to: '2026-01-12' }];
    const result = await readPaths(days, { partition_filter: filter, data_partitioning: typed(['day', 'date']) });
    assert.deepEqual(pathsRead(result), days.slice(9, 12));
    assert.equal(result.lists, 1 + 1 + 3); // Tables, the table's folders, three days.
    assert.ok(result.said.some((line) => line.includes('28 partition_filter') && line.includes('day=2026-01-01/')));
  });

  test('compares by the declared type, undeclared columns as text', async () => {
    const months = Array.from({ length: 12 }, (_, index) => `month=${index + 1}/a.parquet`);
    const from9 = { partition_filter: [{ column: 'month', from: '9' }] };
    const typedMonths = await readPaths(months, { ...from9, data_partitioning: typed(['month', 'integer']) });
    assert.deepEqual(pathsRead(typedMonths), months.slice(8));
    assert.deepEqual(pathsRead(await readPaths(months, from9)), ['month=9/a.parquet']);
  });

  test('goes as deep as its columns lie and no deeper', async () => {
    const paths = ['eu', 'us'].flatMap((region) =>
      ['1', '2'].flatMap((day) => [
        `v1/region=${region}/Day=${day}/hour=1/a.parquet`,
        `v1/region=${region}/Day=${day}/hour=2/a.parquet`,
      ]),
    );
    const result = await readPaths(paths, {
      partition_filter: [
        { column: 'day', to: '1' },
        { column: 'region', from: 'us' },
      ],
    });
    assert.deepEqual(pathsRead(result), ['v1/region=us/Day=1/hour=1/a.parquet', 'v1/region=us/Day=1/hour=2/a.parquet']);
    assert.equal(result.lists, 5); // Tables, t/, v1/, region=us/, and Day=1/ whole.
  });

  test('leaves files without the column alone, null is in no bounds', async () => {
    const paths = ['a.parquet', 'day=__HIVE_DEFAULT_PARTITION__/a.parquet', 'day=5/a.parquet', 'other=1/a.parquet'];
    const result = await readPaths(paths, { partition_filter: [{ column: 'day', from: '1' }] });
    assert.deepEqual(pathsRead(result), ['a.parquet', 'day=5/a.parquet', 'other=1/a.parquet']);
  });

  test('is for all tables, or for one', async () => {
    const paths = ['day=1/a.parquet', 'day=2/a.parquet'];
    const filter = { column: 'day', from: '2' };
    assert.deepEqual(
      pathsRead(await readPaths(paths, { partition_filter: [{ ...filter, table: '' }] })),
      paths.slice(1),
    );
    assert.deepEqual(
      pathsRead(await readPaths(paths, { partition_filter: [{ ...filter, table: 't' }] })),
      paths.slice(1),
    );
    const other = await readPaths(paths, { partition_filter: [{ ...filter, table: 'u' }] });
    assert.deepEqual(pathsRead(other), paths);
    assert.ok(other.said.some((line) => line.startsWith('WARN') && line.includes('"u", but there is no such table')));
  });

  test('that meets no folder says so', async () => {
    const { said } = await readPaths(['day=1/a.parquet'], { partition_filter: [{ column: 'dya', from: '2' }] });
    assert.ok(said.some((line) => line.startsWith('WARN') && line.includes('no folder is named "dya=…"')));
  });

  test('fails the stream at a folder that does not fit the declared type', async () => {
    const config = { partition_filter: [{ column: 'day', from: '2' }], data_partitioning: typed(['day', 'integer']) };
    const { failures } = await readPaths(['day=1/a.parquet', 'day=x/a.parquet'], config);
    assert.deepEqual(
      failures.map(({ code }) => code),
      ['PARTITION_VALUE_INVALID'],
    );
  });
});

suite('latest_partition_only', () => {
  const cases: readonly (readonly [name: string, paths: readonly string[], read: readonly string[], types?: Json])[] = [
    [
      'a dated dump',
      ['date=2026-01-09/a.pq', 'date=2026-01-10/a.pq', 'date=2026-01-10/b.pq'],
      ['date=2026-01-10/a.pq', 'date=2026-01-10/b.pq'],
    ],
    [
      'unpadded folders of time',
      [
        'year=2025/month=12/day=31/a.pq',
        'year=2026/month=9/day=30/a.pq',
        'year=2026/month=10/day=2/a.pq',
        'year=2026/month=10/day=10/a.pq',
      ],
      ['year=2026/month=10/day=10/a.pq'],
    ],
    [
      'other columns below the date',
      ['date=2/country=DE/a.pq', 'date=2/country=UK/a.pq', 'date=1/country=FR/a.pq'],
      ['date=2/country=DE/a.pq', 'date=2/country=UK/a.pq'],
    ],
    ['a version before the date', ['v1/dt=1/a.pq', 'v1/dt=2/a.pq'], ['v1/dt=2/a.pq']],
    ['a declared type', ['n=-10/a.pq', 'n=-9/a.pq', 'n=-20/a.pq'], ['n=-9/a.pq'], typed(['n', 'integer'])],
    [
      'a newest partition without data yet',
      ['date=1/a.pq', 'date=2/_temporary/a.pq', 'date=2/_SUCCESS'],
      ['date=1/a.pq'],
    ],
    [
      'files elsewhere while no partition has data',
      ['backup/a.pq', 'date=1/_SUCCESS', 'date=2/_a.pq', 'v1/a.pq'],
      ['backup/a.pq', 'v1/a.pq'],
    ],
    ['files next to partitions without data', ['a.pq', 'date=1/_SUCCESS'], ['a.pq']],
    [
      'a partition whose data is next to finer folders without data',
      ['year=2025/month=1/a.pq', 'year=2026/country=DE/a.pq', 'year=2026/month=1/_SUCCESS'],
      ['year=2026/country=DE/a.pq'],
    ],
    [
      'partitions deeper than those without data',
      ['date=1/_SUCCESS', 'v1/date=1/a.pq', 'v1/date=2/a.pq'],
      ['v1/date=2/a.pq'],
    ],
    ['files next to the folders', ['a.pq', 'date=1/a.pq', 'date=__HIVE_DEFAULT_PARTITION__/a.pq'], ['date=1/a.pq']],
    [
      'files next to finer folders',
      ['date=1/a.pq', 'date=2/a.pq', 'date=2/hour=1/a.pq'],
      ['date=2/a.pq', 'date=2/hour=1/a.pq'],
    ],
    [
      'one value spelled in two ways',
      ['month=1/a.pq', 'month=02/a.pq', 'month=2/a.pq'],
      ['month=02/a.pq', 'month=2/a.pq'],
    ],
  ];
  for (const [name, paths, read, types] of cases) {
    test(`reads the newest partition alone: ${name}`, async () => {
      const result = await readPaths(paths, {
        latest_partition_only: ['t'],
        ...(types && { data_partitioning: types }),
      });
      assert.deepEqual(result.failures, []);
      assert.deepEqual(pathsRead(result), read);
    });
  }

  test('lists the newest partition alone', async () => {
    const paths = [2024, 2025, 2026].flatMap((year) =>
      Array.from({ length: 12 }, (_, month) => `year=${year}/month=${month + 1}/a.pq`),
    );
    const result = await readPaths(paths, { latest_partition_only: ['t'] });
    assert.deepEqual(pathsRead(result), ['year=2026/month=12/a.pq']);
    assert.equal(result.lists, 4); // Tables, years, months, files.
    assert.ok(result.said.some((line) => line.includes('13 older_partition'))); // Two years and eleven months.
  });

  test('reads the next dump whole, and nothing while there is none', async () => {
    await using server = await serverOf(['date=1/a.pq', 'date=1/b.pq']);
    const config = { latest_partition_only: ['t'] };
    const sync = async (state?: unknown): Promise<{ paths: readonly string[]; state: unknown }> => {
      const result = await readHere(server, { config, catalog, state });
      return { paths: pathsRead(result), state: [ofType(result.messages, 'STATE').at(-1)?.state] };
    };
    const first = await sync();
    assert.deepEqual(first.paths, ['date=1/a.pq', 'date=1/b.pq']);
    const second = await sync(first.state);
    assert.deepEqual(second.paths, []);
    for (const name of ['a', 'b']) server.seed(bucket, `lake/t/date=2/${name}.pq`, file, { lastModified: timeOf(30) });
    const third = await sync(second.state);
    assert.deepEqual(third.paths, ['date=2/a.pq', 'date=2/b.pq']);
  });

  test('keeps to the partition_filter', async () => {
    const config = { latest_partition_only: ['t'], partition_filter: [{ column: 'date', to: '2' }] };
    assert.deepEqual(pathsRead(await readPaths(['date=1/a.pq', 'date=2/a.pq', 'date=3/a.pq'], config)), [
      'date=2/a.pq',
    ]);
  });

  test('reads a table without partitions whole, and says so', async () => {
    const result = await readPaths(['a.pq', 'x/b.pq'], { latest_partition_only: ['t'] });
    assert.deepEqual(pathsRead(result), ['a.pq', 'x/b.pq']);
    assert.ok(
      result.said.some((line) => line.startsWith('WARN') && line.includes('latest_partition_only has no effect')),
    );
  });

  test('still refuses a Delta table', async () => {
    const { failures } = await readPaths(['date=1/a.pq', '_delta_log/0.json'], { latest_partition_only: ['t'] });
    assert.deepEqual(
      failures.map(({ code }) => code),
      ['TABLE_FORMAT_UNSUPPORTED'],
    );
  });
});

suite('the config', () => {
  const mistakes: readonly (readonly [Json, RegExp])[] = [
    [{ file_pattern: '[z-a]' }, /"file_pattern": it is not a glob/u],
    [{ partition_filter: [{ column: 'day' }] }, /"partition_filter\[0\]": give "from", "to" or both/u],
    [
      { partition_filter: [{ column: 'day', from: 'x' }], data_partitioning: typed(['Day', 'date']) },
      /"x" does not fit the declared type date/u,
    ],
    [
      { partition_filter: [{ column: 'm', from: '3', to: '11' }] },
      /"from" \(3\) is greater than "to" \(11\); as text/u,
    ],
    [
      { partition_filter: [{ column: 'm', from: '3' }], data_partitioning: { mode: 'not_partitioned' } },
      /"partition_filter": it needs/u,
    ],
    [
      { latest_partition_only: ['t'], data_partitioning: { mode: 'not_partitioned' } },
      /"latest_partition_only": it needs/u,
    ],
  ];
  for (const [more, message] of mistakes) {
    test(`with ${JSON.stringify(more)} is refused`, () => {
      assert.throws(() => sourceConfig({ endpoint: 'http://127.0.0.1:1' }, more), { code: 'CONFIG_INVALID', message });
    });
  }
});
