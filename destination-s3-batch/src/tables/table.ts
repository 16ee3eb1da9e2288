// A table: collects rows of one kind, with their shape and the layout of their files.
import type { JsonObject } from '@s3-connectors/common/protocol/messages.ts';

import { runRoom } from '../columns/observe/room.ts';
import { declareTextColumns, type TextColumn } from '../columns/observe/text-columns.ts';
import { shapeOfSchema, type Shape } from '../columns/observe/shape.ts';

export type BatchTable = {
  /** Its number among all tables of the run. */
  readonly index: number;
  readonly name: string;
  /** The number of its stream in the plan. */
  readonly stream: number;
  /** For split events: the `eventMark` of the table's event, if known. */
  readonly event?: string | undefined;
  /** Ends with a slash. */
  readonly folder: string;
  /** The names of its partition folders. */
  readonly partitions?: readonly string[] | undefined;
  /** Undefined for rejected rows, which are stored as they are. */
  readonly shape: Shape | undefined;
  /** Undefined: all rows are kept. */
  readonly dedup: Dedup | undefined;
  /** Columns that the config sets to JSON text. */
  readonly textColumns?: readonly TextColumn[];
};

/** Among rows with the same key, the one with the highest cursor stays; among equal ones, the last. Paths into a row. */
export type Dedup = { readonly key: readonly (readonly string[])[]; readonly cursor: readonly string[] };

/** The definition of a new table. `columns`: `properties` of a JSON schema, in their order. */
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

  /** `fields`: found in the rows of every table. */
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
