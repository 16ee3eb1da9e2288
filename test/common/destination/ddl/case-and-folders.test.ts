// Names that an engine folds, and folders that it does not look for: each has its value, or a sentence.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { dialects } from '@s3-connectors/common/destination/ddl/dialects/dialects.ts';
import type { Folder, SqlColumn } from '@s3-connectors/common/destination/ddl/table/table.ts';
import { tableName } from '@s3-connectors/common/destination/ddl/table-name.ts';
import { forms, statementOf, tableOf } from './support.ts';

const integer = { kind: 'integer' } as const;
const twins: readonly SqlColumn[] = ['Id', 'ID', 'userId', 'n'].map((name) => ({ name, type: integer }));
const plain: readonly SqlColumn[] = ['Id', 'n'].map((name) => ({ name, type: integer }));

function withFolder(name: string, key = name) {
  const folders: readonly Folder[] = [...forms.parquet.folders, { name, key }];
  return tableOf('parquet', 't', plain, {
    folders,
    async *partitions() {
      yield `year=2026/month=1/day=5/${key}=it%27s`;
    },
  });
}

suite('keys of JSON lines that differ only in case', () => {
  for (const [engine, properties] of [
    ['athena', `WITH SERDEPROPERTIES ('case.insensitive' = 'false', 'mapping.id' = 'Id', 'mapping.userid' = 'userId')`],
    [
      'redshift-spectrum',
      `WITH SERDEPROPERTIES ('case.insensitive' = 'false', 'mapping.id' = 'Id', 'mapping.userid' = 'userId')`,
    ],
    [
      'trino',
      `extra_properties = MAP(ARRAY['case.insensitive', 'mapping.id', 'mapping.userid'], ARRAY['false', 'Id', 'userId'])`,
    ],
    ['glue', `"case.insensitive":"false","mapping.id":"Id","mapping.userid":"userId"`],
  ] as const) {
    test(`are kept apart in ${engine}, which would read one for the other`, async () => {
      const text = (await statementOf(engine, tableOf('jsonl.gz', 't', twins))) ?? '';
      assert.ok(text.includes(properties), text);
      assert.ok(!(await statementOf(engine, tableOf('jsonl.gz', 't', plain)))?.includes('case.insensitive'));
      assert.ok(!(await statementOf(engine, tableOf('parquet', 't', twins)))?.includes('case.insensitive'));
    });
  }
});

suite('folders by field', () => {
  test('in capital letters are added one by one for Athena, which finds none of them', async () => {
    const text = (await statementOf('athena', withFolder("o'Kind", 'o%27Kind'))) ?? '';
    assert.doesNotMatch(text, /MSCK/u);
    assert.ok(
      text.includes(
        String.raw`ALTER TABLE ${'`t`'} ADD IF NOT EXISTS
  PARTITION (${'`year`'} = 2026, ${'`month`'} = 1, ${'`day`'} = 5, ${"`o'Kind`"} = 'it\'s') LOCATION 's3://publisher-data/permutive/data/t/year=2026/month=1/day=5/o%27Kind=it%27s/';`,
      ),
      text,
    );
    assert.match((await statementOf('athena', withFolder('kind'))) ?? '', /MSCK REPAIR TABLE `t`;/u);
  });

  test('in capital letters are found by Trino, which is asked to ignore case', async () => {
    assert.match((await statementOf('trino', withFolder('Kind'))) ?? '', /'t', 'FULL', false\);/u);
    assert.match((await statementOf('trino', withFolder('kind'))) ?? '', /'t', 'FULL'\);/u);
  });

  test('are decoded in ClickHouse, which leaves names and values encoded and null as its name', async () => {
    const table = { ...withFolder("o'K d", 'o%27K d'), location: 's3://b/a{b}*c?d%/data/t/' };
    const text = (await statementOf('clickhouse', table)) ?? '';
    const path = 's3://b/a%3Fb%3F%3Fc%3Fd%25/data/t/year=*/month=*/day=*/o%2527K%20d=*/*.snappy.parquet';
    assert.ok(text.includes(`FROM s3('${path}', 'Parquet', `), text);
    assert.ok(text.includes("`year` Int32, `month` Int32, `day` Int32, `o%27K d` String') AS files"), text);
    const value =
      "if(files.`o%27K d` = '__HIVE_DEFAULT_PARTITION__', NULL, decodeURLComponent(files.`o%27K d`)) AS `o'K d`";
    assert.ok(text.includes(`SELECT * EXCEPT (\`o%27K d\`), ${value} FROM`), text);
  });

  test('with encoded names have no statement for Trino, which would find none of their files', async () => {
    assert.equal(await statementOf('trino', withFolder("o'k", 'o%27k')), undefined);
  });
});

test('Spark fails at a value of another type in JSON lines, instead of reading null', async () => {
  assert.match(
    (await statementOf('spark', tableOf('jsonl.gz', 't', plain))) ?? '',
    /USING JSON\nOPTIONS \(mode 'FAILFAST'\)/u,
  );
  assert.doesNotMatch((await statementOf('spark', tableOf('parquet', 't', plain))) ?? '', /FAILFAST/u);
});

test('a view in ClickHouse has no name that clickhouse-local takes for files', () => {
  for (const name of ['a*', 'q?', '{x}']) {
    const named = tableName(name, dialects.clickhouse, new Set());
    assert.match(named.name, /^\w+_[0-9a-f]{8}$/u);
    assert.match(named.comments[0] ?? '', /ClickHouse takes a name with "\*", "\?", "\{" or "\}" for files/u);
  }
  assert.equal(tableName("o'dd näme", dialects.clickhouse, new Set()).name, "o'dd näme");
});
