// Plain date folders as a column: the values, what the options exclude, and the number of requests.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import * as fc from 'fast-check';

import { dateFolders, parseDatePattern, type DatePattern } from '../../../source-s3/src/layout/date-folders.ts';
import { ofType } from '../../support/models/protocol-schema.ts';
import { bucket, discoverHere, readHere, serverWith, sourceConfig, type Json } from '../support/source.ts';
import { idsOf } from '../support/text.ts';
import { reportOf, tableOf } from '../verbs/inspect/support.ts';

function patternOf(text: string): DatePattern {
  return parseDatePattern(text) ?? assert.fail(text);
}

function dateIn(path: string, pattern = 'yyyy/MM/dd'): string | null | undefined {
  return dateFolders(patternOf(pattern), 'date').partitionsOf(path)[0]?.value;
}

suite('A date in folders', () => {
  const cases: readonly (readonly [pattern: string, path: string, value: string | undefined])[] = [
    ['yyyy/MM/dd', '2024/01/15/a.json', '2024-01-15'],
    ['yyyy/MM/dd', 'in/front/2024/01/15/behind/a.json', '2024-01-15'],
    ['yyyy/MM/dd', '2024/02/30/a.json', undefined],
    ['yyyy/MM/dd', '2024/13/01/a.json', undefined],
    ['yyyy/MM/dd', '2024/1/15/a.json', undefined],
    ['yyyy/MM/dd', '0000/01/01/a.json', undefined],
    ['yyyy/MM/dd', '0001/01/01/a.json', '0001-01-01'],
    ['yyyy/MM/dd', '2024/01/a.json', undefined],
    ['yyyy/MM/dd', '2023/2024/01/15/a.json', '2024-01-15'],
    ['yyyy/MM/dd/HH', '2024/01/15/13/a.json', '2024-01-15T13:00:00Z'],
    ['yyyy/MM/dd/HH', '2024/01/15/a.json', undefined],
    ['yyyy/MM/dd[/HH]', '2024/01/15/a.json', '2024-01-15T00:00:00Z'],
    ['yyyy/MM/dd[/HH]', '2024/01/15/23/a.json', '2024-01-15T23:00:00Z'],
    ['yyyy/MM/dd[/HH]', '2024/01/15/24/a.json', '2024-01-15T00:00:00Z'],
    ['yyyy-MM-dd', '2024-01-15/a.json', '2024-01-15'],
    ['dt.yyyyMMdd/HHh', 'dt.20240115/07h/a.json', '2024-01-15T07:00:00Z'],
    ['dt.yyyyMMdd', 'dtx20240115/a.json', undefined],
  ];
  for (const [pattern, path, value] of cases) {
    test(`by ${pattern} is ${String(value)}: ${path}`, () => assert.equal(dateIn(path, pattern), value));
  }

  test('by a pattern that tells no day is refused', () => {
    for (const pattern of [
      '',
      'yyyy',
      'yyyy/MM',
      'dd/MM/yyyy',
      'yyyy/MM/dd/HH/HH',
      'yyyy/MM[/dd]',
      'yyyy//dd',
      'x/yyyy/MM/dd',
      'yyyy/MM/dd[HH]',
    ]) {
      assert.equal(parseDatePattern(pattern), undefined, pattern);
      const mode = { data_partitioning: { mode: 'date_folders', pattern } };
      assert.throws(() => sourceConfig({ endpoint: 'http://127.0.0.1:1' }, mode), {
        code: 'CONFIG_INVALID',
        message: /pattern/u,
      });
    }
  });

  test('is that of the day, and each folder on the way spans it', () => {
    const day = fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
    const patterns = fc.constantFrom('yyyy/MM/dd', 'yyyy-MM-dd', 'yyyyMM/dd', 'yyyy/MM/dd/HH', 'yyyy-MM-dd[/HH]');
    fc.assert(
      fc.property(day, patterns, fc.constantFrom('', 'x/', 'in/9/'), (date, text, before) => {
        const iso = date.toISOString();
        const folder = text
          .replace(/\[(.*)\]/u, '$1')
          .replace('yyyy', iso.slice(0, 4))
          .replace('MM', iso.slice(5, 7))
          .replace('dd', iso.slice(8, 10))
          .replace('HH', iso.slice(11, 13));
        const folders = dateFolders(patternOf(text), 'date');
        const path = `${before}${folder}/`;
        const [found] = folders.partitionsOf(`${path}a.json`);
        assert.equal(found?.value, text.includes('HH') ? `${iso.slice(0, 13)}:00:00Z` : iso.slice(0, 10));
        for (let end = path.indexOf('/', before.length); end !== -1; end = path.indexOf('/', end + 1)) {
          const { span } = folders.levelOf(path.slice(0, end + 1));
          assert.ok(
            span !== undefined && span.from <= (found?.value ?? '') && (found?.value ?? '') <= span.to,
            JSON.stringify(span),
          );
        }
      }),
      { numRuns: 1000, seed: 16 },
    );
  });
});

const mode = { mode: 'date_folders' };
const jsonl = { data_format: { format: 'jsonl' } };

/** 90 days from 1 January 2026 on, a file each; `id` is the day. */
async function days(config: Json) {
  await using server = await serverWith({});
  for (let day = 0; day < 90; day++) {
    const time = new Date(Date.UTC(2026, 0, 1 + day));
    const folder = time.toISOString().slice(0, 10).replaceAll('-', '/');
    server.seed(bucket, `lake/t/${folder}/a.json`, `{"id":${day + 1}}\n`, {
      lastModified: new Date(Date.UTC(2026, 3, 5)),
    });
  }
  const all = { ...jsonl, data_partitioning: mode, ...config };
  const { catalog } = await discoverHere(server, all);
  server.counts.reset();
  const result = await readHere(server, { config: all });
  const lists = server.counts.of('ListObjectsV2').requests / 2; // discover, then read.
  return { ...result, catalog, lists, ids: idsOf(result.messages) };
}

suite('A table of date folders', () => {
  test('has the date as a column, declared as one', async () => {
    const { catalog, messages } = await days({});
    assert.deepEqual(Object(catalog.streams[0]?.json_schema['properties'])['date'], {
      type: ['null', 'string'],
      format: 'date',
    });
    const [first] = ofType(messages, 'RECORD');
    assert.equal(first?.record.data['date'], '2026-01-01');
    assert.equal(ofType(messages, 'RECORD').length, 90);
  });

  test('is listed only where partition_filter leads to', async () => {
    const { ids, lists, said } = await days({
      partition_filter: [{ column: 'date', from: '2026-02-27', to: '2026-03-02' }],
    });
    assert.deepEqual(ids, [58, 59, 60, 61]);
    assert.equal(lists, 1 + 1 + 1 + 1 + 2 + 4); // Tables, the table, its year, what January is, two months, four days.
    assert.doesNotMatch(said.join('\n'), /no effect/u);
  });

  test('is its newest day with latest_partition_only', async () => {
    const { ids, lists } = await days({ latest_partition_only: ['t'] });
    assert.deepEqual(ids, [90]);
    assert.equal(lists, 1 + 1 + 1 + 1 + 1);
  });

  test('is not listed where folders were over before start_date, less the look-back window', async () => {
    const { ids, lists, said } = await days({ start_date: '2026-03-29T00:00:00Z', lookback_hours: 24 });
    assert.deepEqual(ids, [87, 88, 89, 90]); // All were modified after it.
    assert.equal(lists, 1 + 1 + 1 + 1 + 1 + 4);
    assert.match(said.join('\n'), /before_start_date/u);
  });

  const numbered = ['0042', '1234', '2024', '9999', '2025/01', '2026/03', 'shop', '2026/07/x'];
  const dated = ['2025/12/31', '2026/03/30', '2026/03/31'];
  for (const before of numbered) {
    test(`is read below folders that could be part of a date, with whatever filter: ${before}`, async () => {
      await using server = await serverWith({});
      const lastModified = new Date('2026-04-01');
      const folders = [before, '2023', 'other'].flatMap((front) => dated.map((day) => `${front}/${day}`));
      for (const [id, folder] of folders.entries())
        server.seed(bucket, `lake/t/${folder}/a.json`, `{"id":${id}}\n`, { lastModified });
      const idsWith = async (config: Json): Promise<readonly number[]> => {
        const { messages, failures } = await readHere(server, {
          config: { ...jsonl, data_partitioning: mode, ...config },
        });
        assert.deepEqual(failures, []);
        return idsOf(messages).toSorted((a, b) => a - b);
      };
      const filtered = (range: Json) => idsWith({ partition_filter: [{ column: 'date', ...range }] });
      assert.deepEqual(await idsWith({}), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
      assert.deepEqual(await filtered({ from: '2026-01-01' }), [1, 2, 4, 5, 7, 8]);
      assert.deepEqual(await filtered({ to: '2025-12-31' }), [0, 3, 6]);
      assert.deepEqual(await filtered({ from: '2026-03-31', to: '2026-03-31' }), [2, 5, 8]);
      assert.deepEqual(await idsWith({ start_date: '2026-03-31T00:00:00Z', lookback_hours: 0 }), [2, 5, 8]);
      if (before.includes('/')) return;
      assert.deepEqual(await idsWith({ latest_partition_only: ['t'] }), [2, 5, 8]);
    });
  }

  for (const before of ['0042', '1234', '2024', '9999', 'shop', 'shop/7', '1234/5678']) {
    for (const [what, own, expected] of [
      ['newer', ['2026/03/31', '2026/03/30'], [3]],
      ['older', ['2026/03/29', '2025/12/31'], [2]],
      ['the same', ['2026/03/30', '2025/12/31'], [2, 3]],
    ] as const) {
      test(`is its newest day with latest_partition_only, also if ${before}/ has ${what} days next to the years`, async () => {
        await using server = await serverWith({});
        const folders = ['2025/12/31', '2026/01/31', '2026/03/30', ...own.map((day) => `${before}/${day}`)];
        const ids = new Map(folders.map((folder, index) => [folder, index]));
        for (const [folder, id] of ids) server.seed(bucket, `lake/t/${folder}/a.json`, `{"id":${id}}\n`);
        const config = { ...jsonl, data_partitioning: mode, latest_partition_only: ['t'] };
        const { messages, failures } = await readHere(server, { config });
        assert.deepEqual(failures, []);
        assert.deepEqual(
          idsOf(messages).toSorted((a, b) => a - b),
          expected,
        );
      });
    }
  }

  for (const [days, read] of [
    [['2026-01-15', '2026-01-14', 'shop/2026-01-14', 'shop/2026-01-16'], 3],
    [['2026-01-15', '2026-01-14', 'shop/2026-01-14', '_old/2026-01-16'], 0],
  ] as const) {
    test(`is its newest day with latest_partition_only, where one folder has the complete date: ${days.join()}`, async () => {
      await using server = await serverWith({});
      for (const [id, day] of days.entries()) server.seed(bucket, `lake/t/${day}/a.json`, `{"id":${id}}\n`);
      const partitioning = { mode: 'date_folders', pattern: 'yyyy-MM-dd' };
      const config = { ...jsonl, data_partitioning: partitioning, latest_partition_only: ['t'] };
      assert.deepEqual(idsOf((await readHere(server, { config })).messages), [read]);
    });
  }

  test('has null in files that are in no date folder, and its own name for the column', async () => {
    await using server = await serverWith({
      'lake/t/a.json': '{"id":1}\n',
      'lake/t/2026/01/15/07/b.json': '{"id":2}\n',
    });
    const config = { ...jsonl, data_partitioning: { ...mode, pattern: 'yyyy/MM/dd[/HH]', column: 'at' } };
    const { messages } = await readHere(server, { config });
    const found = ofType(messages, 'RECORD').map(({ record }) => record.data['at']);
    assert.deepEqual(found, [null, '2026-01-15T07:00:00Z']);
  });

  test('says once which files are in no date folder, also when none is in one', async () => {
    const bare = async (...keys: readonly string[]): Promise<readonly string[]> => {
      await using server = await serverWith(Object.fromEntries(keys.map((key) => [`lake/t/${key}`, '{"id":1}\n'])));
      const { said, failures } = await readHere(server, { config: { ...jsonl, data_partitioning: mode } });
      assert.deepEqual(failures, []);
      return said.filter((line) => line.startsWith('WARN'));
    };
    const one = await bare('2026/01/15/a.json', '2026/02/30/b.json');
    assert.equal(one.length, 1);
    assert.match(one[0] ?? '', /1 file is in no date folder .*pattern.*: "lake\/t\/2026\/02\/30\/b\.json"/u);
    const all = await bare('2026-01-15/a.json', '2026-01-15/b.json', '2026-01-16/a.json');
    assert.equal(all.length, 1);
    assert.match(all[0] ?? '', /3 files are in no date folder .*first "lake\/t\/2026-01-15\/a\.json"/u);
    assert.deepEqual(await bare('2026/01/15/a.json'), []);
  });

  test('is reported by inspect as one column, without a near miss', async () => {
    await using server = await serverWith({
      'lake/t/2026/01/15/b.json': '{"id":2}\n',
      'lake/t/2026/01/16/b.json': '{"id":2}\n',
      'lake/t/2025/01/16/b.json': '{"id":2}\n',
    });
    const table = tableOf(await reportOf(server, { ...jsonl, data_partitioning: mode }), 't');
    assert.deepEqual(
      table.partitions.map(({ column, type, values, from, to }) => [column, type, values, from, to]),
      [['date', 'date', 3, '2025-01-16', '2026-01-16']],
    );
    assert.deepEqual(table.near_misses, []);
  });
});
