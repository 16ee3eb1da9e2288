// Declared types of columns that no table has: a declaration with a mistyped name, or a name in another case, must not silently
// leave a column a string.
import type { AirbyteStream } from '@s3-connectors/common/protocol/messages.ts';
import { nearestName } from '@s3-connectors/common/protocol/text/nearest-name.ts';

import type { SourceConfig } from '../config/config.ts';
import type { DeclaredColumn } from '../layout/declared-column.ts';
import { foldName } from '../layout/layout.ts';

type Declaration = DeclaredColumn & {
  readonly option: string;
  /** Equal for names that are the same column. */
  readonly keyOf: (name: string) => string;
};

/** Bound: the column names of one table, for each declaration that has not been matched yet. */
export class DeclaredTypes {
  #unmet: readonly { readonly declaration: Declaration; nearest: string | undefined }[];

  constructor({ format, partitioning }: Pick<SourceConfig, 'format' | 'partitioning'>) {
    const ofFiles = format.format === 'csv' ? format.columnTypes : [];
    const declarations: readonly Declaration[] = [
      ...ofFiles.map((entry) => ({ ...entry, option: 'data_format.column_types', keyOf: (name: string) => name })),
      ...partitioning.columnTypes.map((entry) => ({
        ...entry,
        option: 'data_partitioning.column_types',
        keyOf: foldName,
      })),
    ];
    this.#unmet = declarations.map((declaration) => ({ declaration, nearest: undefined }));
  }

  see({ name: table, json_schema: schema }: AirbyteStream): void {
    if (this.#unmet.length === 0) return;
    const names = Object.keys(Object(schema['properties']));
    this.#unmet = this.#unmet.filter((entry) => {
      const { name, table: own, keyOf } = entry.declaration;
      if (own !== undefined && own !== '' && own !== table) return true;
      entry.nearest ??= nearestName(name, names);
      return !names.some((column) => keyOf(column) === keyOf(name));
    });
  }

  /** Sentences for the log. */
  *describe(): Generator<string> {
    for (const { declaration, nearest } of this.#unmet) {
      const { option, name, table } = declaration;
      const where = table === undefined || table === '' ? 'no table' : `no table "${table}"`;
      const meant = nearest === undefined ? '' : ` Did you mean "${nearest}"?`;
      yield `${option} declares "${name}", and ${where} has such a column in the files that discover looked into.${meant}`;
    }
  }
}
