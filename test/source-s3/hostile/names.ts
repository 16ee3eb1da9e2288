// Whatever names a bucket and its files have: every printed line is JSON, names and values come back, and no STATE counts a line
// without a record. In both protocols, and by the programs themselves.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import { parseJson } from '@s3-connectors/common/json/parse-json.ts';
import type { AirbyteCatalog } from '@s3-connectors/common/protocol/messages.ts';
import * as fc from 'fast-check';

import { jsonFile } from '../../support/json-files.ts';
import { runProgram } from '../../support/program.ts';
import type { InspectReport } from '../../../source-s3/src/verbs/inspect/report.ts';
import { configJson, configured, runOperatorVerb, runSource, type Json } from '../support/source.ts';
import { hostileFormats } from './files.ts';
import { airbyteRows, assertRows, configOf, readsBack, seeded, streamId } from './reading.ts';
import { hostileTables } from './tables.ts';

const tap = join(import.meta.dirname, '../../../source-s3/src/tap.ts');

/** `name`: of a format in `hostileFormats`. */
export function registerHostileNames(name: string): void {
  const format = hostileFormats[name];
  if (format === undefined) throw new Error(`no format is called ${name}`);

  suite('hostile names come back as they are, on lines that are JSON', () => {
    test(`from ${name} in both faces`, async () => {
      await fc.assert(readsBack(format), { numRuns: 25, seed: 14, endOnFailure: true });
    });
  });

  suite('a bucket of hostile names', () => {
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
  });
}
