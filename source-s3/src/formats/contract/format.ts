// The interface between the pipelines and the file formats: a format opens a file, a file lists its units (a unit is fetched at
// once, and a run can continue inside it), and a unit becomes RECORD lines.
import type { Column } from '@s3-connectors/common/columns/column-type.ts';
import type { TempFolder } from '@s3-connectors/common/local-disk/temp-folder.ts';
import type { Log } from '@s3-connectors/common/protocol/log.ts';
import type { RecordFrame } from '@s3-connectors/common/protocol/record-frame.ts';
import type { S3 } from '@s3-connectors/common/s3/connection/client.ts';
import type { ListedObject } from '@s3-connectors/common/s3/list.ts';

import type { Engine } from '../../engine/engine.ts';
import type { Lines } from '../../records/line-buffer.ts';
import type { Naming } from '../../layout/file-name.ts';
import type { PartitionColumns } from '../../layout/partition-columns.ts';
import type { TextHeader } from '../../columns/header-drift.ts';
import type { Clash, Conflict } from '../../columns/partition-conflicts.ts';
import type { RowCount } from '../../columns/row-counts.ts';

/** What reading files needs: bucket access, the engine, and a folder for local files. */
export type Reading = {
  readonly s3: S3;
  readonly engine: Engine;
  /** Where two threads can work: for what is decoded ahead. */
  readonly secondEngine?: Engine | undefined;
  readonly folder: TempFolder;
  readonly log: Log;
};

export type Format = {
  readonly naming: Naming;
  /**
   * Reads as much of a file as its columns need. @throws FILE_UNREADABLE, naming the object and the reason; S3_OBJECT_CHANGED if it
   * is no longer the listed version.
   */
  open(reading: Reading, object: ListedObject, signal: AbortSignal): Promise<SourceFile>;
  /** What discover and inspect need to know about a file. It may take more than opening it. @throws as `open` does. */
  describe(reading: Reading, object: ListedObject, signal: AbortSignal): Promise<Description>;
};

export type Description = Pick<SourceFile, 'rows' | 'compression' | 'header'> & { readonly columns: readonly Column[] };

export type SourceFile = {
  readonly object: ListedObject;
  /** Names of the columns, in the file's order. */
  readonly columns: readonly string[];
  /** Their types, if the file has them. Files with the same schema share one object. */
  readonly types?: readonly Column[];
  /** `columns` are those of the first row. Other rows may have other columns. */
  readonly isSampled?: true;
  /** Only for text in columns. */
  readonly header?: TextHeader;
  /** Known or estimated. Undefined if unknown. */
  readonly rows: number | undefined;
  /** Its codecs, for people. `none` is one of them. */
  readonly compression?: readonly string[];
  /** All units in order, or those from where a run stopped. */
  units(stopped: RowPosition | undefined): Iterable<Unit>;
  /** For an archive: its next file, except files that an earlier run has read. @throws as `Format.open` does. */
  next?: (stopped: RowPosition | undefined, signal: AbortSignal) => Promise<SourceFile | undefined>;
};

/**
 * For a file that is read as a stream: the bytes in which a unit begins. To continue inside a unit, it is decoded from its start.
 */
export const unitBytes = 8 * 1024 * 1024;

/** `rows` of the unit that begins at `unit` (a number that the format defines) are done. */
export type RowPosition = { readonly unit: number; readonly rows: number };

/** The columns of the catalog, and what is equal in all rows of a file, as JSON texts that override the file's values. */
export type Asked = {
  readonly frame: RecordFrame;
  readonly columns: readonly Column[];
  readonly constants: ReadonlyMap<string, string>;
  /** The catalog's name → the file's name, if they differ. */
  readonly spellings: ReadonlyMap<string, string>;
  /** The columns of the table's folders. They are null in a row if neither its folder nor its file has them. */
  readonly folders: PartitionColumns;
  /** Columns that are also in folder names. They are compared during decoding. */
  readonly clashes: readonly Clash[];
};

export type Unit = {
  /** Runs ahead of the decoding. @throws S3_OBJECT_CHANGED */
  fetch(asked: Asked, signal: AbortSignal): Promise<FetchedUnit>;
};

export type FetchedUnit = AsyncDisposable & {
  /** RECORD lines with the position after them. Their memory is reused after the next step. @throws as `Format.open` does. */
  lines(signal: AbortSignal): AsyncGenerator<PlacedLines>;
};

/** Findings in the rows of some lines. */
export type Findings = {
  /** For columns that are also in the folder's name. */
  readonly conflicts: readonly Conflict[];
  /** Names that the catalog does not declare, if they are not known from the file's columns. */
  readonly undeclared: readonly string[];
  /** Columns that a record has for the first time, in a file whose columns are not known from the start. */
  readonly present?: readonly string[];
  /** Fields with values that became null. */
  readonly nulled: readonly RowCount[];
  /** Columns that a record repeats. The last one counts. */
  readonly repeated?: readonly RowCount[];
};

export type PlacedLines = Lines & { readonly place: RowPosition; readonly findings?: Findings };
