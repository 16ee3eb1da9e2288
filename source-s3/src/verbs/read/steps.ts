// The items that pass from hop to hop of a read, and the context of all hops.
import type { Column } from '@s3-connectors/common/columns/column-type.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type { RecordFrame } from '@s3-connectors/common/protocol/record-frame.ts';
import type { ListedObject } from '@s3-connectors/common/s3/list.ts';

import type { FileColumns } from '../../columns/table-columns.ts';
import type { SourceConfig } from '../../config/config.ts';
import type { FetchedUnit, Findings, Format, Reading, SourceFile, Unit } from '../../formats/contract/format.ts';
import type { PartitionColumns } from '../../layout/partition-columns.ts';
import type { Table } from '../../listing/tables.ts';
import type { Cursor, Position } from '../../progress/cursor.ts';

export type TableReading = Reading & {
  readonly format: Format;
  readonly config: SourceConfig;
  readonly table: Table;
  readonly frame: RecordFrame;
  /** The columns of the catalog. */
  readonly columns: readonly Column[];
  /** The columns of the table's folders. */
  readonly folders: PartitionColumns;
  readonly cursor: Cursor;
};

/** A file with something to read, before its units. */
type FileStep = {
  readonly kind: 'file';
  readonly file: SourceFile;
  readonly names: FileColumns;
  /** An earlier run has read a part of it. */
  readonly isResumed: boolean;
};
/** It is no longer the listed version. */
export type ChangedStep = { readonly kind: 'changed'; readonly object: ListedObject };
type EndStep = { readonly kind: 'end'; readonly object: ListedObject };

/** What to fetch of a file, in its order. */
export type UnitStep =
  | FileStep
  | { readonly kind: 'unit'; readonly file: SourceFile; readonly names: FileColumns; readonly unit: Unit }
  | EndStep
  | ChangedStep;

export type FetchedStep =
  | FileStep
  | {
      readonly kind: 'fetched';
      readonly file: SourceFile;
      readonly unit: FetchedUnit;
      /** Columns that are null in all its rows, because JSON has no form for the folder's value. */
      readonly nulled: readonly string[];
    }
  | EndStep
  | ChangedStep;

export type LinesPart = {
  readonly kind: 'lines';
  readonly bytes: Buffer;
  readonly rows: number;
  /** After the lines. */
  readonly position: Position;
  readonly file: SourceFile;
  readonly findings: Findings | undefined;
};

/** The parts of one version of each object. `changed`: `rows` of it were sent before. */
export type VersionPart = FileStep | LinesPart | EndStep | (ChangedStep & { readonly rows: number });

/** Lines with the position after them, or the end of an object. `again`: of an object that replaced a planned one. */
export type ReadPart =
  | FileStep
  | LinesPart
  | { readonly kind: 'finished'; readonly object: ListedObject; readonly again: boolean };

/** The result, or the fact that the object is no longer the listed version. */
export async function orChanged<T>(object: ListedObject, work: () => Promise<T>): Promise<T | ChangedStep> {
  try {
    return await work();
  } catch (error) {
    return asChanged(object, error);
  }
}

/** @throws the error, unless it means that. */
export function asChanged(object: ListedObject, error: unknown): ChangedStep {
  if (error instanceof ConnectorError && error.code === 'S3_OBJECT_CHANGED') return { kind: 'changed', object };
  throw error;
}
