// Whatever a bucket and its files call things: every printed line is JSON, names and values come back, and no STATE counts a
// line that is no record. For each format, in both faces, and by the programs themselves.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import { parseJson } from '@s3-connectors/common/json/parse-json.ts';
import type { AirbyteCatalog } from '@s3-connectors/common/protocol/messages.ts';
import * as fc from 'fast-check';

import { hostileJsonName } from '../../support/hostile-names.ts';
import { jsonFile } from '../../support/json-files.ts';
import { runProgram } from '../../support/program.ts';
import { ofType } from '../../support/protocol-schema.ts';
import type { InspectReport } from '../../../source-s3/src/inspect/report.ts';
import {
  configJson,
  configured,
  readHere,
  runOperatorVerb,
  runSource,
  serverWith,
  type Json,
} from '../support/source.ts';
import { hostileFormats } from './files.ts';
import { airbyteRows, assertRows, configOf, readsBack, seeded, streamId } from './reading.ts';
import { hostileTables, shown } from './tables.ts';

const tap = join(import.meta.dirname, '../../../source-s3/src/tap.ts');

suite('hostile names come back as they are, on lines that are JSON', () => {
  for (const [name, format] of Object.entries(hostileFormats)) {
    test(`from ${name} in both faces`, async () => {
      await fc.assert(readsBack(format), { numRuns: 25, seed: 14, endOnFailure: true });
    });
  }

  test('from JSON lines, but for a line with half a surrogate pair, which is skipped and not counted', async () => {
    const value = fc.oneof(
      hostileJsonName(),
      fc.dictionary(hostileJsonName(), hostileJsonName(), { maxKeys: 2, noNullPrototype: true }),
    );
    const line = fc.dictionary(hostileJsonName(), value, { minKeys: 1, maxKeys: 4, noNullPrototype: true });
    const property = fc.asyncProperty(fc.array(line, { minLength: 10, maxLength: 10 }), async (rows) => {
      const body = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
      await using server = await serverWith({ 'lake/t/a.jsonl': body, 'lake/t/b.jsonl': body });
      const config = { data_format: { format: 'jsonl' }, invalid_records: 'skip' };
      const { lines, failures, messages } = await readHere(server, { config });
      assert.deepEqual(failures, []);
      const whole = rows.filter((row) => !/\\ud[89a-f]/u.test(JSON.stringify(row).replaceAll('\\\\', '')));
      const found = airbyteRows(lines).get(streamId({ namespace: 'lake', name: 't' })) ?? [];
      const data = found.map((row) => shown(new Map(Object.entries(row))).filter(([name]) => !name.startsWith('_ab_')));
      const expected = whole.map((row) =>
        shown(new Map(Object.entries(row))).filter(([name]) => !name.startsWith('_ab_')),
      );
      assert.deepEqual(data, [...expected, ...expected]);
      assert.equal(ofType(messages, 'RECORD').length, 2 * whole.length);
    });
    await fc.assert(property, { numRuns: 50, seed: 14, endOnFailure: true });
  });
});

suite('a bucket of hostile names', () => {
  for (const [name, format] of Object.entries(hostileFormats)) {
    test(`of ${name} is printed as JSON by each verb of the programs`, async () => {
      const [tables = []] = fc.sample(hostileTables(format), { numRuns: 1, seed: 3 });
      await using server = await seeded(format, tables);
      const config = configJson(server, configOf(format));
      const discovered = await runSource('discover', { config });
      const line = discovered.stdout.split('\n').find((text) => text.startsWith('{"type":"CATALOG"')) ?? '';
      const { catalog } = parseJson(line) as { readonly catalog: AirbyteCatalog };
      const { stdout } = await runSource('read', { config, catalog: configured(catalog) });
      assertRows(tables, airbyteRows(stdout.split('\n').slice(0, -1)), streamId);
      const inspected = await runOperatorVerb('inspect', config, ['--json']);
      const report = parseJson(inspected.stdout) as InspectReport;
      const names = report.schema_prefixes.flatMap((prefix) => prefix.tables.map((table) => table.name));
      assert.deepEqual(names.toSorted(), tables.map((table) => table.name).toSorted());
      const synced = await runProgram(tap, ['--config', await jsonFile(config)]);
      const records = synced.stdout
        .split('\n')
        .slice(0, -1)
        .map((line) => parseJson(line) as Json);
      const rows = tables.flatMap(({ files }) => files.flatMap((file) => file.rows));
      assert.equal(records.filter(({ type }) => type === 'RECORD').length, rows.length);
    });
  }
});
