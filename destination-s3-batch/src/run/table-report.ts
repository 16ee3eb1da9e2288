// What an operator must know about the tables, before the summary: their columns, and the fields that have no column.
import { fieldsText } from '@s3-connectors/common/destination/run/field-counts.ts';
import type { Tally } from '@s3-connectors/common/destination/run/summary.ts';
import type { Target } from '@s3-connectors/common/destination/plan/plan.ts';
import { shortened } from '@s3-connectors/common/program/text-layout.ts';
import type { Log } from '@s3-connectors/common/protocol/log.ts';

import { maxNewFields, maxRareFields } from '../config/budgets.ts';
import type { TextColumn } from '../columns/observe/text-columns.ts';
import { keptTypes } from '../columns/registry/kept-types.ts';
import { engineType, timePaths, type FieldType, type StructType } from '../columns/types/field-type.ts';
import type { BatchConfig } from '../config/config.ts';
import { folderNames } from '../layout/layout.ts';
import type { FittedValues } from '../columns/types/slot.ts';
import type { BatchTable } from '../tables/table.ts';
import type { Typings } from '../tables/typings.ts';
import type { TableSink } from './table-sink.ts';

const mostPathLength = 100;
/** The most columns in one line. */
const maxColumns = 100;

type Reported = {
  readonly targets: readonly Target[];
  readonly tables: readonly BatchTable[];
  readonly typings: Typings;
  readonly tally: Tally;
  readonly sink: Pick<TableSink, 'droppedFields'>;
  /** The limit of a table. */
  readonly mostFields: number;
  readonly config: Pick<BatchConfig, 'format' | 'timesAsText'>;
};

type Outcome = { readonly values: FittedValues; readonly log: Log };

export function reportTables(reported: Reported, log: Log): void {
  const { targets, tables, typings, tally, sink } = reported;
  for (const table of tables) {
    const type = typings.typeOf(table);
    if (type === undefined) continue;
    warnOfSurplus(table, reported, log);
    warnOfTimes(table, type, reported, log);
    const values = typings.valuesOf(table);
    warnOfKeptTypes(table, type, { values, log });
    warnOfFolders(table, type, log);
    warnOfTextColumns(table, log);
    tally.values(table.name, values);
    log('INFO', columnReport(table.name, type, values));
  }
  for (const { index, label } of targets) {
    const dropped = Object.entries(sink.droppedFields(index)).map(([name, count]) => `${name} (${count})`);
    if (dropped.length === 0) continue;
    log(
      'INFO',
      `The published tables have no columns for these fields of "${label}", with so many values: ${dropped.join(', ')}.`,
    );
  }
}

function warnOfSurplus(table: BatchTable, { typings, mostFields }: Reported, log: Log): void {
  const refused = table.shape?.room.refused ?? 0;
  if (refused === 0 && typings.surplusOf(table) === 0) return;
  log(
    'WARN',
    `Rows of the table "${table.name}" have more new fields than a run adds (${maxNewFields}, of rare ones ${maxRareFields}) or a table has (${mostFields}): the rarest are stored as JSON text in the field "__json".`,
  );
}

function warnOfTimes({ name }: BatchTable, type: StructType, { config }: Reported, log: Log): void {
  const paths = config.format === 'parquet' && config.timesAsText ? timePaths(type) : [];
  if (paths.length === 0) return;
  log(
    'WARN',
    `The table "${name}" keeps the Parquet type TIME for ${paths.join(', ')}, from an earlier run. Spark cannot read such a table. Change the type with the verb "types", or set "time_as" to "time_micros".`,
  );
}

function warnOfKeptTypes({ name, shape }: BatchTable, type: StructType, { values, log }: Outcome): void {
  if (shape === undefined) return;
  const { asText, declared } = keptTypes(shape, type, values);
  const warn = (paths: readonly string[], what: string): void => {
    if (paths.length === 0) return;
    const text = `The table "${name}" keeps the type of ${paths.join(', ')} from an earlier run, ${what}.`;
    log('WARN', `${text} Change it with the verb "types".`);
  };
  warn(asText, 'although "json_columns" sets them to JSON text');
  warn(declared, 'and the catalog declares another one: values that do not fit are in "__json" fields only');
}

function warnOfTextColumns({ name, textColumns = [] }: BatchTable, log: Log): void {
  const pathsOf = (has: (column: TextColumn) => boolean): string => {
    return textColumns
      .filter(has)
      .map(({ path }) => shortened(path, mostPathLength))
      .join(', ');
  };
  const impossible = pathsOf(({ shape }) => shape === undefined);
  const cause = 'A name is too long or taken, or there are too many columns.';
  if (impossible !== '') {
    log(
      'WARN',
      `The table "${name}" cannot have these columns of "json_columns", and ignores them: ${impossible}. ${cause}`,
    );
  }
  const empty = pathsOf(({ shape, isDeclared }) => shape?.rows === 0 && !isDeclared);
  if (empty === '') return;
  log(
    'WARN',
    `No row of the table "${name}" has a value at these paths of "json_columns": ${empty}. Correct those that are misspelled.`,
  );
}

function warnOfFolders({ name, shape, partitions }: BatchTable, type: StructType, log: Log): void {
  const folders = new Set(folderNames(partitions));
  const isFolderName = (field: string): boolean => folders.has(field.toLowerCase());
  const kept = type.fields.map((field) => field.name).filter(isFolderName);
  const others = (shape?.children ?? []).filter((child) => child.rows > 0).map((child) => child.name);
  const moved = others.filter((field) => isFolderName(field) && !kept.includes(field));
  if (moved.length > 0) {
    log(
      'WARN',
      `Rows of the table "${name}" have fields with the name of a folder: ${moved.join(', ')}. Readers take that column from the folder, so the values are kept as JSON text in the field "__json".`,
    );
  }
  if (kept.length > 0) {
    log(
      'WARN',
      `The table "${name}" keeps columns with the name of a folder from an earlier run: ${kept.join(', ')}. Readers show the value of the folder, or refuse the table. With the verb "types" and --forget they are kept in the field "__json" from the next run on.`,
    );
  }
}

/** `Columns of the table "visits": time TIMESTAMPTZ, n BIGINT. Values that …: n (2).` */
function columnReport(table: string, type: StructType, values: FittedValues): string {
  const columns = type.fields.map(({ name, type: fieldType }) => `${name} ${kindOf(fieldType)}`);
  const more = columns.length > maxColumns ? ` and ${columns.length - maxColumns} more` : '';
  const remarks = outcomes
    .filter(([outcome]) => values[outcome].size > 0)
    .map(([outcome, what]) => ` ${what}: ${fieldsText(values[outcome])}.`);
  return `Columns of the table "${table}": ${columns.slice(0, maxColumns).join(', ')}${more}.${remarks.join('')}`;
}

const outcomes = [
  ['misfits', 'Values that do not fit their column (null there, and JSON text in <field>__json)'],
  ['cut', 'Values that were cut to fit their column (complete as JSON text in <field>__json)'],
  ['coerced', 'Values that were converted to the type of their column'],
] as const;

function kindOf(type: FieldType): string {
  if (type.kind === 'struct') return `STRUCT of ${type.fields.length}`;
  return type.kind === 'list' ? `${kindOf(type.items)}[]` : engineType(type);
}
