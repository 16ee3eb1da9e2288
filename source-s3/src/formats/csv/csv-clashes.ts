// Columns of a CSV file that its folders' names hold too: compared in each record that is written.
import type { DeclaredType } from '../../layout/declared-column.ts';
import type { Asked } from '../contract/format.ts';
import { countConflict } from '../../columns/partition-conflicts.ts';
import { castText } from '../../casts/text-cast.ts';
import { declaredColumnType } from '../../layout/partition-value.ts';
import type { CsvRecords } from './csv-records.ts';

type ClashQuery = {
  readonly asked: Pick<Asked, 'clashes' | 'conflicts'>;
  /** Of the object, for the log. */
  readonly key: string;
  readonly nullValues: readonly string[];
  readonly declared: (column: string) => DeclaredType | undefined;
};

/** Compares the current record's fields as the type declared for the file's column, else as text, and counts. */
export function clashCounter({ asked, key, nullValues, declared }: ClashQuery, records: CsvRecords): () => void {
  const folders = asked.clashes.map((clash) => {
    const type = declaredColumnType(declared(clash.column) ?? 'string');
    return { ...clash, type, json: clash.value === null ? undefined : castText(clash.value, type) };
  });
  return () => {
    for (const { column, place, value, type, json } of folders) {
      const text = Buffer.from(records.unescaped(place)).toString();
      const agrees = nullValues.includes(text)
        ? value === null
        : text === value || (json !== undefined && castText(text, type) === json);
      countConflict(asked.conflicts, column, { rows: 1, differing: agrees ? 0 : 1, key });
    }
  };
}
