// A table: where rows of one kind gather, what is known of their shape, and how its files are laid out.
import type { JsonObject } from '@s3-connectors/common/protocol/messages.ts';

import { runRoom } from '../columns/observe/room.ts';
import { declareTextColumns, type TextColumn } from '../columns/observe/text-columns.ts';
import { shapeOfSchema, type Shape } from '../columns/observe/shape.ts';

export type BatchTable = {
  /** Its number among all tables of the run. */
  readonly index: number;
  readonly name: string;
  /** The number of the stream in the plan whose rows it has. */
  readonly stream: number;
  /** Of split events: the `eventMark` of the name that the table is for, if that is known. */
  readonly event?: string | undefined;
  /** Ends with a slash. */
  readonly folder: string;
  /** The names of its folders by field. */
  readonly partitions?: readonly string[] | undefined;
  /** Undefined for rejected rows, which are kept as they are. */
  readonly shape: Shape | undefined;
  /** Undefined: rows are kept as they come. */
  readonly dedup: Dedup | undefined;
  /** Columns that the config wants as JSON text. */
  readonly textColumns?: readonly TextColumn[];
};

/** Of rows with the same key the one with the highest cursor stays, of equal ones the last. Paths into a row. */
export type Dedup = { readonly key: readonly (readonly string[])[]; readonly cursor: readonly string[] };

/** What a table begins with. `columns`: `properties` of a JSON schema, in their order. */
type NewTable = Pick<BatchTable, 'name' | 'stream' | 'event' | 'folder' | 'partitions'> & {
  readonly columns: JsonObject | undefined;
  readonly dedup?: Dedup | undefined;
  readonly textColumns?: readonly string[];
};

/** All tables of a run, each name once. Bound: the catalog's, `maxEventTables` and their rejected rows. */
export class BatchTables {
  readonly all: BatchTable[] = [];
  readonly #byFolder = new Map<string, BatchTable>();
  readonly #fields: readonly string[];
  readonly #room = runRoom();

  /** `fields`: looked for in the rows of every table. */
  constructor(fields: readonly string[]) {
    this.#fields = fields;
  }

  add({ columns, dedup, textColumns = [], ...rest }: NewTable): BatchTable {
    const options = { fields: this.#fields, room: this.#room };
    const shape = columns === undefined ? undefined : shapeOfSchema({ properties: columns }, options);
    const texts = shape === undefined ? [] : declareTextColumns(shape, textColumns, columns ?? {});
    const table: BatchTable = { ...rest, index: this.all.length, shape, dedup, textColumns: texts };
    this.all.push(table);
    this.#byFolder.set(table.folder, table);
    return table;
  }

  inFolder(folder: string): BatchTable | undefined {
    return this.#byFolder.get(folder);
  }
}
