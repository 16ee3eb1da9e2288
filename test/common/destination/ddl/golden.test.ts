// The output of `ddl` for every engine and form of file, compared with the files of golden/. UPDATE_GOLDEN=1 writes them.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import { engines } from '@s3-connectors/common/destination/ddl/dialects/dialects.ts';
import type { SqlColumn, SqlType } from '@s3-connectors/common/destination/ddl/table/table.ts';

import { forms, statementOf, tableOf, type Form } from './support.ts';

const text: SqlType = { kind: 'string' };
const integer: SqlType = { kind: 'integer' };
const list = (items: SqlType): SqlType => ({ kind: 'list', items });
const struct = (fields: Readonly<Record<string, SqlType>>): SqlType => ({ kind: 'struct', fields: columnsOf(fields) });

function columnsOf(types: Readonly<Record<string, SqlType>>): readonly SqlColumn[] {
  return Object.entries(types).map(([name, type]) => ({ name, type }));
}

/** Every type, at every level; words of SQL, other letters, marks, names in another case, and names that engines keep. */
const columns = columnsOf({
  time: { kind: 'instant' },
  user_id: text,
  segments: list(integer),
  properties: struct({ url: text, order: integer, 'a b': integer, 'x.y': text, at: { kind: 'instant' } }),
  flag: { kind: 'boolean' },
  real: { kind: 'number' },
  real__json: { kind: 'json' },
  born: { kind: 'date' },
  clock: { kind: 'time' },
  local: { kind: 'local' },
  any: { kind: 'any' },
  matrix: list(list(integer)),
  aliases: list(struct({ id: text, tag: text, Tag: text })),
  timestamp: text,
  Time: text,
  ünïcode: text,
  'it\'s `odd`, "quoted" \\': text,
  'a.b': text,
  ' x': text,
  _TABLE_suffix: text,
  Day: text,
  type: text,
  ['n'.repeat(130)]: text,
  'line\nend': text,
});

suite('ddl', () => {
  for (const engine of engines) {
    test(`prints for ${engine} what its golden file has`, async () => {
      const path = join(import.meta.dirname, 'golden', `${engine}.${engine === 'glue' ? 'jsonl' : 'sql'}`);
      const printed: string[] = [];
      for (const form of Object.keys(forms) as readonly Form[]) {
        const own = form === 'parquet' ? columns.filter(({ type }) => type.kind !== 'any') : columns;
        printed.push((await statementOf(engine, tableOf(form, 'pageview_events', own))) ?? '');
      }
      const snapshot = tableOf('jsonl.gz', 'segment', columnsOf({ code: integer, name: text }), { folders: [] });
      printed.push((await statementOf(engine, snapshot)) ?? '');
      if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, printed.join(''));
      assert.equal(printed.join(''), readFileSync(path, 'utf8'));
    });
  }
});
