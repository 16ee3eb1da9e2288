// Whatever is wrong with the spool's disk, `write` fails with the one error and `check` says so before.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { catalogJson, recordLine, stateLine, type Json } from '../support/destination-input.ts';
import { emptyServer } from '../support/empty-server.ts';
import { runLimited } from '../support/limited.ts';
import { runProgram } from '../support/program.ts';
import { assertProtocolLines, ofType, traceErrors } from '../support/protocol-schema.ts';
import type { S3TestServer } from '../support/s3-server/types.ts';
import { configJson, jsonRows, keysBelow, queryParquet, runWrite } from './support/batch.ts';

const main = join(import.meta.dirname, '../../destination-s3-batch/src/main.ts');
const running = emptyServer();
const rowCount = 3000;
const appended = recordLines() + stateLine('visits', { at: rowCount });
const deduped: Json = {
  name: 'visits',
  destination_sync_mode: 'append_dedup',
  sync_mode: 'incremental',
  primary_key: [['n']],
};
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 's3-connectors-disk-'));
});
after(() => rm(folder, { recursive: true }));

function recordLines(): string {
  return Array.from({ length: rowCount }, (_, n) => {
    return recordLine('visits', { time: '2026-01-05', n, text: `row ${(n * 7919) % 104729}` });
  }).join('');
}

/** How much is free changes from run to run. */
function withoutNumbers(text = ''): string {
  return text.replaceAll(/[\d.]+ [MG]B/gu, '');
}

async function args(verb: string, server: S3TestServer, config: Json, catalog: Json): Promise<readonly string[]> {
  const [configFile, catalogFile] = [join(folder, 'config.json'), join(folder, 'catalog.json')];
  await writeFile(configFile, JSON.stringify(configJson(server, { spool_dir: join(folder, 'spool'), ...config })));
  await writeFile(catalogFile, JSON.stringify(catalog));
  return [verb, '--config', configFile, ...(verb === 'write' ? ['--catalog', catalogFile] : [])];
}

suite('a disk that takes only a part of a file', () => {
  const kinds: readonly (readonly [what: string, config: Json, catalog: Json, enough: number])[] = [
    ['Parquet', { output_format: 'parquet' }, catalogJson('visits'), 1000],
    ['gzip', { output_format: 'json' }, catalogJson('visits'), 1000],
    ['rows without duplicates', { output_format: 'parquet' }, catalogJson(deduped), 1000],
  ];
  for (const [what, config, catalog, enough] of kinds) {
    test(`gives all rows as ${what}, or the error and no STATE, whatever its size`, async () => {
      const outcomes = new Set<string>();
      for (const kilobytes of [0.5, 64, 130, enough]) {
        const server = running();
        const written = await runLimited(main, await args('write', server, config, catalog), {
          fileBytes: kilobytes * 1024,
          input: appended,
        });
        const messages = assertProtocolLines(written.stdout);
        const [error] = traceErrors(messages);
        if (written.exitCode === 0) {
          outcomes.add('all rows');
          assert.equal(await countRows(server, config), rowCount, `${kilobytes} KB`);
          continue;
        }
        outcomes.add(error?.internal_message?.split(':')[0] ?? '');
        assert.match(error?.message ?? '', /\(EFBIG\), .* are free\. Set "spool_dir" to a folder on local disk/u);
        assert.deepEqual([ofType(messages, 'STATE'), keysBelow(server)], [[], []], `${kilobytes} KB`);
        assert.deepEqual(await readdir(join(folder, 'spool')), []);
      }
      assert.deepEqual([...outcomes], ['TEMP_FOLDER_UNUSABLE', 'all rows']);
    });
  }

  test('fails check as well', async () => {
    const { stdout, exitCode } = await runLimited(main, await args('check', running(), {}, {}), { fileBytes: 8192 });
    const answer = ofType(assertProtocolLines(stdout), 'CONNECTION_STATUS')[0]?.connectionStatus;
    assert.ok(answer?.status === 'FAILED');
    assert.match(answer.message, /spool" cannot be used: a file may not become so large/u);
    assert.equal(exitCode, 0);
  });
});

async function countRows(server: S3TestServer, { output_format }: Json): Promise<number> {
  if (output_format === 'json') return jsonRows(server, 'data/').length;
  const [row] = await queryParquet(server, 'data/', 'SELECT count(DISTINCT n) AS rows FROM files');
  return Number(row?.['rows']);
}

suite('the spool’s folder', () => {
  test('that write refuses is refused by check, with the same words', async () => {
    await writeFile(join(folder, 'file'), '');
    const refused: readonly Json[] = [
      { spool_dir: join(folder, 'file') },
      { spool_dir: join(folder, 'file', 'below') },
      { spool_dir: '/dev/shm', max_spool_gb: 1 },
      { spool_dir: join(folder, 'st*r') },
    ];
    for (const config of refused) {
      const checked = await runProgram(main, await args('check', running(), config, {}));
      const written = await runProgram(main, await args('write', running(), config, catalogJson('visits')), {
        input: appended,
      });
      const answer = ofType(assertProtocolLines(checked.stdout), 'CONNECTION_STATUS')[0]?.connectionStatus;
      const [error] = traceErrors(assertProtocolLines(written.stdout));
      assert.match(error?.internal_message ?? '', /^TEMP_FOLDER_UNUSABLE/u, JSON.stringify(config));
      assert.ok(answer?.status === 'FAILED');
      assert.equal(withoutNumbers(answer.message), withoutNumbers(error?.message));
      assert.deepEqual([checked.exitCode, written.exitCode], [0, 1]);
    }
  });

  for (const output_format of ['parquet', 'json']) {
    test(`may have any name, for ${output_format}`, async () => {
      const names = ["o'brien", 'say "hi"', 'back\\slash', 'ünïcode ✓', 'new\nline', 'n=1', '{a,b}'];
      const spool_dir = join(folder, ...names);
      const server = running();
      const config = { output_format, spool_dir };
      const { error } = await runWrite(server, appended, { config, catalog: catalogJson(deduped) });
      assert.equal(error, undefined);
      assert.equal(await countRows(server, config), rowCount);
    });
  }
});
