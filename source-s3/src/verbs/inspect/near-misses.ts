// Layouts that are read in another way than people usually mean them: a closed list, each with what to change. Pure.
import { countOf } from '@s3-connectors/common/program/text-layout.ts';

import { HeaderDrift } from '../../columns/header-drift.ts';
import { foldName, namespaceOf } from '../../layout/layout.ts';
import { isNamedAsPartition, partitionsAsTables } from '../../listing/report-tables.ts';
import { tablePlace, type Table } from '../../listing/tables.ts';
import { strayRemedy } from '../no-tables.ts';
import type { Sample } from './file-samples.ts';
import type { NearMiss, NearMissCode } from './report.ts';
import type { SkipCount, TableSurvey } from './table-survey.ts';

/** `remarks`: options without effect, from the listing. */
export function nearMissesOf(table: Table, survey: TableSurvey, remarks: readonly string[]): readonly NearMiss[] {
  return [
    ...(survey.files === 0 ? [noDataFiles(table, survey)] : []),
    ...remarks.filter((remark) => remark.includes('has no effect')).map((text) => miss('option_without_effect', text)),
    ...formats(survey),
    ...tooDeep(table, survey),
    ...besideFolders(survey),
    ...differingColumns(survey),
    ...columns(survey),
    ...[...survey.odd].map(([what, count]) => miss('odd_folder_names', `${files(count)} in ${what}.`, count.examples)),
  ];
}

function noDataFiles(table: Table, { skips }: TableSurvey): NearMiss {
  const passed = [...skips.values()].reduce((sum, { count }) => sum + count, 0);
  const why =
    passed === 0 ? 'nothing is there' : `${countOf(passed, 'object')} there ${passed === 1 ? 'is' : 'are'} skipped`;
  return miss(
    'no_data_files',
    `No data file ${table.file === undefined ? 'below' : 'in'} "${tablePlace(table)}": ${why}. It is not a stream.`,
  );
}

function formats({ foreign, files: read }: TableSurvey): readonly NearMiss[] {
  if (foreign.size === 0) return [];
  const list = [...foreign].map(([extension, { count }]) => `${count} ${extension}`).join(', ');
  const examples = [...foreign.values()].flatMap((count) => count.examples).slice(0, 3);
  const remedy =
    read === 0 ? 'Is data_format the right one?' : 'A table has one format; another connection can read these.';
  return [miss('mixed_formats', `Files of other formats are skipped: ${list}. ${remedy}`, examples)];
}

/** Tables below a folder that counts as one table. */
function tooDeep({ prefix }: Table, { direct, plainFolders, files: all }: TableSurvey): readonly NearMiss[] {
  const inFolders = [...plainFolders.values()].reduce((sum, { count }) => sum + count, 0);
  if (direct.count > 0 || plainFolders.size < 2 || inFolders < all) return [];
  const names = [...plainFolders.keys()].slice(0, 3).map((name) => `"${name}/"`);
  const text = `All files are in ${plainFolders.size} plain folders (${names.join(', ')}) and are read as one table. If each is a table of its own, give "${namespaceOf(prefix)}" as a schema prefix.`;
  return [miss('table_too_deep', text, [...plainFolders.values()].flatMap(({ examples }) => examples).slice(0, 3))];
}

function besideFolders({ direct, columns: carried, plainFolders, files: all }: TableSurvey): readonly NearMiss[] {
  if (direct.count === 0 || direct.count === all || carried.size + plainFolders.size === 0) return [];
  const lack = carried.size > 0 ? ', the partition columns are null in files outside the folders' : '';
  return [
    miss('files_beside_folders', `${files(direct)} next to folders with files; both are read${lack}.`, direct.examples),
  ];
}

function differingColumns({ shapes, direct }: TableSurvey): readonly NearMiss[] {
  const isWithout = (shapes.get('')?.files ?? 0) > direct.count; // Files next to the folders are another near miss.
  const kinds = [...shapes.values()].filter(({ columns: names }) => names.length > 0 || isWithout);
  if (kinds.length < 2) return [];
  const list = kinds.slice(0, 4).map(({ columns: names, files: count }) => `${names.join('/') || 'none'} (${count})`);
  const text = `Folders carry different columns, or in another order: ${list.join(', ')}${kinds.length > 4 ? ', …' : ''}. A column that a file lacks is null.`;
  return [
    miss(
      'columns_differ',
      text,
      kinds.slice(0, 3).map(({ example }) => example.key),
    ),
  ];
}

function columns({ columns: found }: TableSurvey): readonly NearMiss[] {
  return [...found.values()].flatMap(({ name, type, spellings, twins, misfit }) => {
    const misses: NearMiss[] = [];
    if (spellings.size > 1) {
      const names = [...spellings].map((spelling) => `"${spelling}="`).join(' and ');
      misses.push(miss('column_spelled_twice', `Folders name one column ${names}; it is read as "${name}".`));
    }
    if (twins !== undefined) {
      const values = `"${name}=${twins.one}" and "${name}=${twins.other}"`;
      const remedy =
        type === 'string' ? `two values of a string; declare "${name}" as integer to make them one` : 'one value';
      misses.push(miss('value_spelled_twice', `${values} are ${remedy}.`));
    }
    if (misfit !== undefined) {
      const text = `"${name}=${misfit.value}" does not fit the declared type ${type}, so the stream fails. Rename the folder or declare the column as string.`;
      misses.push(miss('value_misfit', text, [misfit.key]));
    }
    return misses;
  });
}

/** For a schema prefix. `stray`: keys in no table's folder. */
export function prefixNearMisses(
  path: string,
  tables: readonly Table[],
  stray: SkipCount | undefined,
): readonly NearMiss[] {
  const misses: NearMiss[] = [];
  if (stray !== undefined) {
    const text = `${files(stray)} directly below "${path}", in no table’s folder, and not read. ${strayRemedy}`;
    misses.push(miss('files_in_no_table', text, stray.examples));
  }
  const partitions = tables.filter(isNamedAsPartition);
  if (partitions.length > 0) {
    const examples = partitions.slice(0, 3).map(({ prefix }) => prefix);
    misses.push(miss('partitions_as_tables', partitionsAsTables(path, partitions.length), examples));
  }
  const names = Map.groupBy(tables, ({ stream }) => stream.name.normalize('NFKC').toLowerCase().trim());
  for (const alike of [...names.values()].filter(({ length }) => length > 1)) {
    const list = alike.map(({ stream }) => JSON.stringify(stream.name)).join(', ');
    const text = `Names of tables that differ only in case, blanks or the encoding of letters: ${list}. A destination may take them for one.`;
    misses.push(miss('similar_table_names', text, alike.slice(0, 3).map(tablePlace)));
  }
  return misses;
}

/** Content of inspected files that is read in another way than people usually mean it. */
export function sampleNearMisses(samples: readonly Sample[]): readonly NearMiss[] {
  const headers = new HeaderDrift();
  for (const { object, columns, header } of samples) {
    if (header === undefined) continue;
    const names = columns.map(({ name }) => name);
    headers.see(object.key, names, header);
  }
  return [...headers.describe(), ...spelledInFiles(samples)];
}

/** `UserId` in one file, `userid` in another: two columns here, one in most warehouses. */
function spelledInFiles(samples: readonly Sample[]): readonly NearMiss[] {
  const firsts = new Map<string, string>();
  for (const { object, columns } of samples) {
    for (const { name } of columns) if (!firsts.has(name)) firsts.set(name, object.key);
  }
  const alike = Map.groupBy(firsts.keys(), (name) => foldName(name));
  return [...alike.values()].filter(isInSeveralFiles).map((names) => {
    const list = names.map((name) => JSON.stringify(name)).join(' and ');
    const message = `Files name columns that differ only in case: ${list}. They are read as ${names.length} columns; most warehouses take them for one.`;
    const examples = names.slice(0, 3).map((name) => firsts.get(name) ?? '');
    return miss('column_spelled_twice_in_files', message, examples);
  });

  function isInSeveralFiles(names: readonly string[]): boolean {
    return names.length > 1 && new Set(names.map((name) => firsts.get(name))).size > 1;
  }
}

function files({ count }: SkipCount): string {
  return countOf(count, 'file is', 'files are');
}

function miss(code: NearMissCode, message: string, examples: readonly string[] = []): NearMiss {
  return { code, message, examples };
}
