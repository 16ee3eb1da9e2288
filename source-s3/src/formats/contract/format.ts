// The seam between the pipelines and the file formats: a format opens a file, a file names its units (what is fetched as
// one, and gone on inside after a stop), and a unit becomes RECORD lines.
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

/** What reading files takes: bucket access, the engine, and a folder for local files. */
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
   * Reads as much of a file as its columns take.
   * @throws FILE_UNREADABLE naming the object and the reason; S3_OBJECT_CHANGED when it is no longer the listed version.
   */
  open(reading: Reading, object: ListedObject, signal: AbortSignal): Promise<SourceFile>;
  /** What discover and inspect say of a file, which may take more than to open it. @throws as `open` */
  describe(reading: Reading, object: ListedObject, signal: AbortSignal): Promise<Description>;
};

export type Description = Pick<SourceFile, 'rows' | 'compression' | 'header'> & { readonly columns: readonly Column[] };

export type SourceFile = {
  readonly object: ListedObject;
  /** Names of the columns, in the file's order. */
  readonly columns: readonly string[];
  /** Their types, where the file has them; one object for files of one schema. */
  readonly types?: readonly Column[];
  /** `columns` are those of the first row; others may have others. */
  readonly isSampled?: true;
  /** Only of text in columns. */
  readonly header?: TextHeader;
  /** Known or estimated; undefined when there is no telling. */
  readonly rows: number | undefined;
  /** The codecs it is compressed with, for people; `none` is one. */
  readonly compression?: readonly string[];
  /** All units in order, or those from where a run stopped. */
  units(stopped: RowPosition | undefined): Iterable<Unit>;
  /** Of an archive: the file in it behind this one, but for those that a run has read. @throws as `Format.open` */
  next?: (stopped: RowPosition | undefined, signal: AbortSignal) => Promise<SourceFile | undefined>;
};

/** Of a file that is read as a stream, a unit is what begins in so many bytes; to go on inside, it is decoded from its start. */
export const unitBytes = 8 * 1024 * 1024;

/** `rows` of the unit that begins at `unit` (a number of the format's own) are done. */
export type RowPosition = { readonly unit: number; readonly rows: number };

/** What the catalog asks for of a stream, and what is the same for all rows of a file, as JSON texts that win over the file's. */
export type Asked = {
  readonly frame: RecordFrame;
  readonly columns: readonly Column[];
  readonly constants: ReadonlyMap<string, string>;
  /** The catalog's name → the file's, where they differ. */
  readonly spellings: ReadonlyMap<string, string>;
  /** The columns that the table's folders carry: null in a row of which neither folder nor file tells them. */
  readonly folders: PartitionColumns;
  /** Columns that the folder names hold too: compared while decoding. */
  readonly clashes: readonly Clash[];
};

export type Unit = {
  /** Runs ahead of the decoding. @throws S3_OBJECT_CHANGED */
  fetch(asked: Asked, signal: AbortSignal): Promise<FetchedUnit>;
};

export type FetchedUnit = AsyncDisposable & {
  /** RECORD lines with the place behind them; their memory is used again after the next step. @throws as `Format.open` */
  lines(signal: AbortSignal): AsyncGenerator<PlacedLines>;
};

/** What was found in the rows of some lines. */
export type Findings = {
  /** Of columns that the folder's name has too. */
  readonly conflicts: readonly Conflict[];
  /** Names that the catalog does not declare, where a file's columns do not tell them. */
  readonly undeclared: readonly string[];
  /** Columns that a record has for the first time in a file whose columns do not tell it. */
  readonly present?: readonly string[];
  /** Fields of which the value had to become null. */
  readonly nulled: readonly RowCount[];
  /** Columns that are in a record more than once, of which the last counts. */
  readonly repeated?: readonly RowCount[];
};

export type PlacedLines = Lines & { readonly place: RowPosition; readonly findings?: Findings };
