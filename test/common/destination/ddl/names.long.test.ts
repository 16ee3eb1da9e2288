// Whatever the names of columns, members and tables, a statement has the same parts as one with plain names: no name ends a
// quotation, begins a comment or adds a part. And each column is in the statement or in a comment.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import * as fc from 'fast-check';

import { dialects, engines, type DdlEngine } from '@s3-connectors/common/destination/ddl/dialects/dialects.ts';
import { describeTable } from '@s3-connectors/common/destination/ddl/statement.ts';
import type { SqlColumn, SqlType } from '@s3-connectors/common/destination/ddl/table/table.ts';
import { isPrintable } from '@s3-connectors/common/protocol/text/text.ts';

import { hostileName } from '../../../support/hostile/hostile-names.ts';
import { statementOf, tableOf, type Form } from './support.ts';

const scalars = ['boolean', 'integer', 'number', 'string', 'json', 'date', 'time', 'instant', 'local'] as const;
const type = fc.letrec<{ type: SqlType }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.constantFrom(...scalars.map((kind) => ({ kind }))),
    fc.record({ kind: fc.constant('list' as const), items: tie('type') }),
    fc.record({ kind: fc.constant('struct' as const), fields: columnsOf(tie('type')) }),
  ),
})).type;

function columnsOf(types: fc.Arbitrary<SqlType>): fc.Arbitrary<readonly SqlColumn[]> {
  const column = fc.record({ name: hostileName({ maxBytes: 300 }), type: types });
  return fc.uniqueArray(column, { minLength: 1, maxLength: 5, selector: ({ name }) => name });
}

/** Texts and names by their quotation marks, as the engine reads them. A backslash escapes in engines that support it. */
const quotations: Readonly<Record<Exclude<DdlEngine, 'glue'>, RegExp>> = {
  athena: /`(?:``|[^`])*`|'(?:\\.|[^'\\])*'/gsu,
  spark: /`(?:``|[^`])*`|'(?:\\.|[^'\\])*'/gsu,
  trino: /"(?:""|[^"])*"|'(?:''|[^'])*'/gsu,
  'redshift-spectrum': /"(?:""|[^"])*"|'(?:''|[^'])*'/gsu,
  'redshift-copy': /"(?:""|[^"])*"|'(?:''|\\.|[^'\\])*'/gsu,
  snowflake: /"(?:""|[^"])*"|'(?:\\.|[^'\\])*'/gsu,
  bigquery: /`[^`\\]*`|'(?:\\.|[^'\\])*'/gsu,
  clickhouse: /`(?:\\.|[^`\\])*`|'(?:\\.|[^'\\])*'/gsu,
  duckdb: /"(?:""|[^"])*"|'(?:''|[^'])*'/gsu,
};

function partsOf(
  engine: Exclude<DdlEngine, 'glue'>,
  sql: string,
): { readonly rest: string; readonly inner: readonly string[] } {
  const code = sql.replaceAll(/^--.*\n/gmu, '');
  const quoted = code.match(quotations[engine]) ?? [];
  return { rest: code.replaceAll(quotations[engine], 'Q'), inner: quoted.map((text) => text.slice(1, -1)) };
}

/** Properties that only a table with names in two cases has. */
const ofTwins =
  /,\n {2}extra_properties = MAP\(ARRAY\[Q(?:, Q)*\], ARRAY\[Q(?:, Q)*\]\)|\nWITH SERDEPROPERTIES \(Q = Q(?:, Q = Q)*\)/u;

/** Without folders that some engines make columns of. */
const place = { location: 's3://b/p/t/' };

/** The names of the columns that the engine takes become plain. */
function withPlainNames(columns: readonly SqlColumn[]): readonly SqlColumn[] {
  return columns.map((column, index) => ({ name: `c${index}`, type: plainType(column.type) }));
}

function plainType(own: SqlType): SqlType {
  if (own.kind === 'list') return { kind: 'list', items: plainType(own.items) };
  return own.kind === 'struct' ? { kind: 'struct', fields: withPlainNames(own.fields) } : own;
}

function shownOf(engine: DdlEngine, form: Form, name: string, columns: readonly SqlColumn[]) {
  const wishes = { database: undefined, access: undefined, region: 'r', segments: { table: 's', code: 'n' } };
  return describeTable(dialects[engine], tableOf(form, 't', columns, place), { name, comments: [] }, wishes);
}

suite('hostile names', () => {
  for (const engine of engines) {
    test(`add no part to a statement for ${engine}, and are all accounted for`, async () => {
      const given = fc.record({
        form: fc.constantFrom<Form>('parquet', 'json.gz', 'jsonl.gz'),
        columns: columnsOf(type),
        name: hostileName({ maxBytes: 200 }).filter(isPrintable),
      });
      await fc.assert(
        fc.asyncProperty(given, async ({ form, columns, name }) => {
          const described = shownOf(engine, form, 't', columns);
          if (described === undefined) return;
          const shown = described.draft.columns;
          const comments = described.comments.filter((comment) =>
            /^The column .* is (?:omitted|called)/u.test(comment),
          );
          assert.ok(shown.length + comments.length >= columns.length);
          const table = tableOf(form, name, columns, place);
          const printed = (await statementOf(engine, table)) ?? assert.fail('there is no statement');
          assert.ok(printed.split('\n').every(isPrintable), printed);
          if (engine === 'glue') {
            const { TableInput: input } = JSON.parse(printed) as {
              readonly TableInput: {
                readonly StorageDescriptor: { readonly Columns: readonly { readonly Name: string }[] };
              };
            };
            assert.deepEqual(
              input.StorageDescriptor.Columns.map((column) => column.Name),
              shown.map((column) => column.name),
            );
            return;
          }
          const plain = await statementOf(engine, tableOf(form, 't', withPlainNames(shown), place));
          const [found, wanted] = [partsOf(engine, printed), partsOf(engine, plain ?? '')];
          assert.equal(found.rest.replace(ofTwins, ''), wanted.rest);
          if (engine !== 'clickhouse') return;
          // The columns are a text with names in quotes of its own.
          const structure = found.inner.at(-1)?.replaceAll(/\\(.)/gsu, '$1') ?? '';
          const plainStructure = wanted.inner.at(-1)?.replaceAll(/\\(.)/gsu, '$1') ?? '';
          assert.equal(partsOf(engine, structure).rest, partsOf(engine, plainStructure).rest);
        }),
        { numRuns: 1000 },
      );
    });
  }
});
