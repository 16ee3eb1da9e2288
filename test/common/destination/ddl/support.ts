// DdlTables for the tests of statements, and the output of `ddl` for them.
import { dialects, type DdlEngine } from '@s3-connectors/common/destination/ddl/dialects/dialects.ts';
import { describeTable, glueJson, sqlOf } from '@s3-connectors/common/destination/ddl/statement.ts';
import { tableName } from '@s3-connectors/common/destination/ddl/table-name.ts';
import { dateFolders, type SqlColumn, type DdlTable } from '@s3-connectors/common/destination/ddl/table/table.ts';

export const forms = {
  parquet: {
    format: 'parquet',
    extension: '.snappy.parquet',
    folders: dateFolders({ period: 'day', isPadded: false, firstYear: 2026 }),
  },
  'json.gz': {
    format: 'json',
    extension: '.json.gz',
    folders: dateFolders({ period: 'day', isPadded: false, firstYear: 2026 }),
  },
  'jsonl.gz': {
    format: 'json',
    extension: '.jsonl.gz',
    folders: dateFolders({ period: 'hour', isPadded: true, firstYear: 2026 }),
  },
} as const;
export type Form = keyof typeof forms;

/** A table of the export that has files of the form. */
export function tableOf(
  form: Form,
  name: string,
  columns: readonly SqlColumn[],
  more: Partial<DdlTable> = {},
): DdlTable {
  const folder = form === 'jsonl.gz' ? `type=${name}` : `data/${name}`;
  const hour = form === 'jsonl.gz' ? '/hour=09' : '';
  return {
    name,
    columns,
    location: `s3://publisher-data/permutive/${folder}/`,
    notes: [],
    async *partitions() {
      yield form === 'jsonl.gz' ? `year=2026/month=01/day=05${hour}` : 'year=2026/month=1/day=5';
    },
    ...forms[form],
    ...more,
  };
}

/** Undefined for a table without a statement. */
export async function statementOf(engine: DdlEngine, table: DdlTable): Promise<string | undefined> {
  const dialect = dialects[engine];
  const segments = { table: 'segment_metadata', code: 'number' };
  const wishes = { database: undefined, access: undefined, region: 'eu-central-1', segments };
  const described = describeTable(dialect, table, tableName(table.name, dialect, new Set()), wishes);
  if (described === undefined) return undefined;
  return engine === 'glue' ? glueJson(described) : (await Array.fromAsync(sqlOf(dialect, described))).join('');
}
