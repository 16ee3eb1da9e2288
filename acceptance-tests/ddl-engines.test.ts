// What `ddl` prints for every engine, for what both destinations wrote under the names and types that break statements: engines that
// run here make the tables and answer; the statements of all are judged by a parser of others.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite } from 'node:test';

import { answers as pageAnswers, exported } from '../test/docs/support/warehouse.ts';
import { download, freshName } from './support/account.ts';
import {
  answersOf,
  locationsOf,
  printed,
  printedTables,
  running,
  shownNames,
  type Printed,
  type Rows,
  type Running,
} from './support/ddl-answers.ts';
import { forms, nastyTables, parted, writeCorpus, type Export } from './support/ddl-corpus.ts';
import { ask, judgePrintedLines, type Json, temporaryFolder } from './support/programs.ts';
import { runScript } from './support/python.ts';
import { runnerTest } from './support/runner-table.ts';
import { administratorConfig } from './support/setting.ts';
import { startTrino, type Trino } from './support/trino.ts';

const others = ['athena', 'glue', 'redshift-spectrum', 'redshift-copy', 'snowflake', 'bigquery'] as const;
const extensions = { parquet: '.snappy.parquet', json: '.json.gz', jsonl: '.jsonl.gz' } as const;

const byDay = [
  [2025, 12, 31, 1],
  [2026, 1, 5, 2],
  [2026, 1, 15, 1],
];
const bySegment = [
  [1, 2],
  [2, 1],
];
const byName = [
  ['Readers', 2],
  ["It's 2", 1],
];

let trino: Trino | undefined;

suite('ddl, engine by engine', () => {
  before(async () => {
    trino = await startTrino();
  });
  after(async () => {
    await trino?.[Symbol.asyncDispose]();
  });

  for (const [engine, { where }] of Object.entries(running)) {
    const key = { runner: engine, connector: 'docs/warehouse.md' };
    runnerTest(key, 'has statements and queries that answer as the page says', () => checkPage(engine, where));
  }

  for (const form of forms) {
    suite(extensions[form], () => {
      let made: Export;
      let folder = '';
      before(async () => {
        made = await writeCorpus(form);
        folder = join(await temporaryFolder(), freshName('lake'));
        await download(made.bucket, '', folder);
      });

      for (const [engine, { quote, member, where }] of Object.entries(running)) {
        const key = { runner: engine, connector: extensions[form] };
        runnerTest(key, 'makes the tables, and answers with the rows and values that were sent', async () => {
          const locations = locationsOf(made, folder);
          const tables = printedTables(await printed(made, engine, { location: locations[where] }));
          const nasty = tables.filter(isNasty);
          const [events, byKind] = ['events', parted.table].map(
            (name) => tables.find(({ table }) => table.includes(name)) ?? assert.fail(`no table ${name}`),
          );
          assert.deepEqual([tables.length, nasty.length], [tableCount, nastyTables.length]);
          if (events === undefined || byKind === undefined) return;
          const url = form === 'jsonl' ? member('properties', 'client.url') : 'e.properties.client.url';
          const checks: readonly (readonly [string, Rows])[] = [
            [events.queries[0] ?? '', byDay],
            [events.queries[1] ?? '', bySegment],
            [events.queries[2] ?? '', byName],
            [`SELECT event_id, user_id, ${url} FROM ${events.table} e ORDER BY event_id`, eventRows],
            [`SELECT id, kind FROM ${byKind.table} ORDER BY id`, kindRows],
            ...nasty.flatMap((own) => nastyChecks(own, form, { quote, member })),
          ];
          const found = await answersOf({ engine, trino }, tables, [
            ...checks.map(([query]) => query),
            ...tables.map(({ table }) => `SELECT * FROM ${table}`),
          ]);
          for (const [index, [query, rows]] of checks.entries()) assert.deepEqual(found[index], rows, query);
          const counts = found.slice(checks.length).map((rows) => rows.length);
          assert.deepEqual(
            counts.toSorted((a, b) => a - b),
            [2, 3, 3, 3, 4, 5],
          );
        });
      }

      for (const engine of [...others, ...Object.keys(running)]) {
        const key = { runner: engine, connector: extensions[form] };
        runnerTest(
          key,
          'has statements that a parser of others takes, with the columns that are not omitted',
          async () => {
            const sql = await printed(made, engine);
            const judged = JSON.parse(await runScript('judge_statements.py', [engine], { input: sql })) as readonly {
              readonly table: string;
              readonly columns: readonly string[];
            }[];
            assert.equal(judged.length, tableCount);
            if (engine === 'glue' || engine === 'duckdb' || engine === 'clickhouse') return; // Columns that are not part of the syntax.
            for (const [index, own] of printedTables(sql).entries()) {
              const columns = (judged[index]?.columns ?? []).map((name) => name.toLowerCase());
              if (!isNasty(own)) continue;
              const wanted = shownNames(own, '').map((name) => name.toLowerCase());
              assert.deepEqual(
                columns.filter((name) => wanted.includes(name)),
                wanted,
              );
            }
          },
        );
      }
    });
  }
});

const page = readFileSync(join(import.meta.dirname, '../docs/warehouse.md'), 'utf8');

/** The example of docs/warehouse.md, as it is there but for the place of the files. */
async function checkPage(engine: string, where: Running['where']): Promise<void> {
  const config: Json = { ...(await administratorConfig()), prefix: 'permutive', output_format: 'parquet' };
  const made = { side: 'batch', config, bucket: String(config['bucket']), prefix: 'permutive' } as const;
  const streams = Object.entries(exported).map(([name, [row]]) => {
    const properties = Object.fromEntries(Object.keys(row ?? {}).map((field) => [field, {}]));
    return {
      stream: { name, json_schema: { type: 'object', properties } },
      sync_mode: 'incremental',
      destination_sync_mode: 'append',
    };
  });
  const lines = Object.entries(exported).flatMap(([stream, rows]) =>
    rows.map((data) => `${JSON.stringify({ type: 'RECORD', record: { stream, data, emitted_at: 1768487400000 } })}\n`),
  );
  const { exitCode } = await ask('batch', 'write', { config, catalog: { streams } }, lines.join(''));
  assert.equal(exitCode, 0);
  const folder = join(await temporaryFolder(), freshName('lake'));
  await download(made.bucket, '', folder);
  const location = locationsOf(made, folder)[where] ?? `s3://${made.bucket}/permutive`;
  const [, block = ''] =
    new RegExp(`<!-- ddl: ${engine} -->\\n\\n\`\`\`sql\\n([^]*?)\\n\`\`\`\\n`, 'u').exec(page) ?? [];
  const shown = printedTables(`${block.replaceAll('s3://publisher-data/permutive', location)}\n\n`);
  const other = printedTables(await printed(made, engine, { location, table: 'segment_metadata' }));
  assert.deepEqual(await answersOf({ engine, trino }, [...shown, ...other], shown[0]?.queries ?? []), pageAnswers);
}

/** Beside the nasty ones: events, segments, and rows by kind. */
const tableCount = nastyTables.length + 3;

function isNasty({ table }: Printed): boolean {
  return !/events|segment|parted/iu.test(table);
}

const kindRows = parted.kinds.map((kind, id) => [id, kind]);

const eventRows = ['ann', 'ann', 'bob', 'eve'].map((user, n) => [`e${n}`, user, `https://example.com/${n}`]);

type Words = Pick<Running, 'quote' | 'member'>;

/** Every column and member that a statement shows has its value, days are found by their folders, and nothing is missing. */
function nastyChecks(own: Printed, form: string, { quote, member }: Words): readonly (readonly [string, Rows])[] {
  const { table } = own;
  const names = shownNames(own, '');
  const members = form === 'jsonl' ? [] : shownNames(own, 'members.');
  const inner = form === 'jsonl' ? member(quote('inner'), 's') : `t.${quote('inner')}.${quote('s')}`;
  return [
    [`SELECT count(*) FROM ${table}`, [[3]]],
    [`SELECT ${quote('id')} FROM ${table} WHERE ${quote('month')} = 1 AND ${quote('day')} = 5`, [[1]]],
    [
      `SELECT ${names.map(quote).join(', ')} FROM ${table} WHERE ${quote('id')} = 2`,
      [names.map((name) => `${name.slice(0, 9)}=2`)],
    ],
    [`SELECT ${quote('id')}, ${quote('flag')}, ${inner} FROM ${table} t WHERE ${quote('id')} = 2`, [[2, true, 's2']]],
    ...(members.length === 0
      ? []
      : ([
          [
            `SELECT ${members.map((name) => `t.${quote('members')}.${quote(name)}`).join(', ')} FROM ${table} t WHERE ${quote('id')} = 2`,
            [members.map(() => 2)],
          ],
        ] as const)),
  ];
}

judgePrintedLines();
