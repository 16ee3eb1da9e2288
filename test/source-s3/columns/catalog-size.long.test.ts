// A catalog of very many columns: within a stated memory bound, or refused with the table and the remedy.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';

import { jsonFile } from '../../support/json-files.ts';
import { runProgram } from '../../support/program.ts';
import { configJson, discoverHere, serverWith, startSource } from '../support/source.ts';

const peakMemory = join(import.meta.dirname, '../../support/programs/peak-memory.ts');
const tap = join(import.meta.dirname, '../../../source-s3/src/tap.ts');
const csv = { data_format: { format: 'csv' } };

/** Tables `t00` and so on, each one CSV file of that many columns. */
function wideTables(tables: number, names: readonly string[]): Readonly<Record<string, string>> {
  const body = `${names.join(',')}\n${names.map(() => '1').join(',')}\n`;
  return Object.fromEntries(
    Array.from({ length: tables }, (_, table) => [`lake/t${String(table).padStart(2, '0')}/a.csv`, body]),
  );
}

suite('a catalog', () => {
  test('that is larger than an eighth of max_memory_mb is refused with its largest table and what to change', async () => {
    const names = Array.from({ length: 15_000 }, (_, at) => `${'long_'.repeat(20)}${at}`);
    const tables = { ...wideTables(10, names), 'lake/small/a.csv': 'id\n1\n' };
    await using server = await serverWith(tables);
    const most = { ...csv, max_memory_mb: 128 };
    await assert.rejects(discoverHere(server, most), (error: unknown) => {
      assert.ok(error instanceof ConnectorError && error.code === 'CONFIG_INVALID', String(error));
      assert.match(
        error.message,
        /more than 16\.8 MB, an eighth of max_memory_mb\. The table "lake\.t0\d" .* 15002 columns/u,
      );
      assert.match(error.message, /Raise max_memory_mb, or divide schema_prefixes/u);
      return true;
    });
    const { catalog } = await discoverHere(server, { ...most, max_memory_mb: 256 });
    assert.equal(catalog.streams.length, 11);
  });

  for (const [tables, args] of [
    [40, ['--discover']],
    [15, []],
  ] as const) {
    test(`of ${tables} tables of 20,000 columns takes as little from the Singer tap that ${args.length === 0 ? 'reads at once' : 'discovers'}`, async () => {
      const names = Array.from({ length: 20_000 }, (_, at) => `column_${at}`);
      await using server = await serverWith(wideTables(tables, names));
      const config = await jsonFile(configJson(server, csv));
      const env = { NODE_OPTIONS: `--import ${peakMemory}` };
      const { exitCode, stderr } = await runProgram(tap, ['--config', config, ...args], { env });
      assert.equal(exitCode, 0, stderr);
      const peak = Number(/peak (\d+) MiB/u.exec(stderr)?.[1]);
      assert.ok(peak < 256 + 250, `peak ${peak} MiB`);
    });
  }

  for (const [tables, exitCode] of [
    [40, 0],
    [150, 1],
  ] as const) {
    test(`of ${tables} tables of 20,000 columns takes no more than max_memory_mb and 250 MB`, async () => {
      const names = Array.from({ length: 20_000 }, (_, at) => `column_${at}`);
      await using server = await serverWith(wideTables(tables, names));
      const env = { NODE_OPTIONS: `--import ${peakMemory}` };
      await using program = await startSource('discover', { config: configJson(server, csv), env });
      const ended = await program.ended();
      assert.equal(ended.exitCode, exitCode, ended.stdout.slice(0, 2000));
      const peak = Number(/peak (\d+) MiB/u.exec(ended.stderr)?.[1]);
      assert.ok(peak < 256 + 250, `peak ${peak} MiB`);
    });
  }
});
