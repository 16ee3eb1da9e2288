// What is done to the rows of a stream that is not of a published type: which fields become folders, and whether Airbyte's
// columns are added. Decided once, at the start.
import * as z from 'zod';

import type { ConfiguredStream } from '../../protocol/catalog.ts';
import { report } from '../../s3/connection/config.ts';
import { ConnectorError } from '../../protocol/errors.ts';
import type { JsonObject } from '../../protocol/messages.ts';
import { streamDescriptor, streamLabel } from '../../protocol/stream-key.ts';
import { folderText, maxPartitions, maxValueBytes } from '../files/partition-folders.ts';

/** A field whose values become folders. */
export type PartitionField = {
  readonly field: string;
  /** Before it is encoded. */
  readonly folder: string;
  /** The folder is the UTC day of an instant, and the field stays in the row. Otherwise the value is only in the folder. */
  readonly isDay: boolean;
};

/** `extractedAt`: a number of milliseconds, as in Airbyte's JSON lines, or ISO text. */
export type RowPlan = {
  readonly partitions: readonly PartitionField[];
  readonly metadata:
    | { readonly extractedAt: 'ms' | 'text'; readonly generationId: number | null; readonly syncId: number | null }
    | undefined;
};

/**
 * The field for values that a folder cannot express, as JSON text. It is not called `__json`: the batch destination uses such
 * names for values that do not fit a column, and here there is no column.
 */
export function besideName(field: string): string {
  return `${field}__value`;
}

const maxNameBytes = 100;

/** For an entry of `partition_by`: `country`, or `day(created_at)`. */
export function partitionField(text: string): PartitionField {
  const field = /^day\((.+)\)$/su.exec(text)?.[1];
  return field === undefined
    ? { field: text, folder: text, isDay: false }
    : { field, folder: `${field}_day`, isDay: true };
}

/** `taken`: names of folders that all files have anyway. */
export function partitionBy(taken: readonly string[]) {
  const problem = (text: string): string | undefined => {
    const { folder } = partitionField(text);
    const name = folderText(folder);
    if (name === undefined || Buffer.byteLength(name) > maxNameBytes) return 'cannot be the name of a folder';
    if (/^[._]/u.test(folder)) return 'begins with a dot or an underscore: readers ignore such folders';
    return taken.includes(folder.toLowerCase()) ? 'is the name of a folder that each file is in already' : undefined;
  };
  const field = z.string().superRefine((text, context) => report(context, [], problem(text)));
  return z
    .array(field)
    .max(maxPartitions, `has more than ${maxPartitions} fields`)
    .refine(isDistinct, 'names a folder twice')
    .optional();
}

function isDistinct(texts: readonly string[]): boolean {
  return new Set(texts.map((text) => partitionField(text).folder.toLowerCase())).size === texts.length;
}

export const partitionByText = {
  title: 'Partition by',
  description: `Up to ${maxPartitions} top-level fields that become folders below the date folders, as in country=DE/. The value is then in the folder name, not in the file. day(created_at) is the UTC day of a timestamp, which stays in the file. It does not apply to the published types.`,
  examples: [['country']],
};

type Options = {
  readonly fields: readonly string[] | undefined;
  /** The stream is not of a published type. */
  readonly isGeneric: boolean;
  readonly metadata: 'ms' | 'text' | undefined;
};

/** Undefined if rows are stored byte for byte. @throws CONFIG_INVALID for fields of a published type. */
export function planRows(stream: ConfiguredStream, { fields = [], isGeneric, metadata }: Options): RowPlan | undefined {
  if (!isGeneric && fields.length > 0) {
    throw refused(stream, 'is of a published type, whose folders are given. Remove "partition_by"');
  }
  if (!isGeneric || (fields.length === 0 && metadata === undefined)) return undefined;
  const partitions = fields.map(partitionField);
  const isInFolder = ([name, ...deeper]: readonly string[]): boolean => {
    return deeper.length === 0 && partitions.some(({ field, isDay }) => field === name && !isDay);
  };
  if (stream.primaryKey.length > 0 && stream.primaryKey.every(isInFolder)) {
    throw refused(
      stream,
      'has no more in its primary key than "partition_by": each row would have a folder. Remove it',
    );
  }
  const { generationId = null, syncId = null } = stream;
  return { partitions, metadata: metadata && { extractedAt: metadata, generationId, syncId } };
}

function refused(stream: ConfiguredStream, why: string): ConnectorError {
  const text = `The stream "${streamLabel(stream)}" ${why} from its entry in "streams".`;
  return new ConnectorError('CONFIG_INVALID', text, { stream: streamDescriptor(stream) });
}

/** The most bytes that the partition folders of a file take. */
export function partitionBytes({ partitions }: Pick<RowPlan, 'partitions'>): number {
  return partitions.reduce(
    (sum, { folder }) => sum + Buffer.byteLength(folderText(folder) ?? '') + maxValueBytes + 2,
    0,
  );
}

/** Members that rows no longer have: they become folders, or are replaced by Airbyte's columns. */
export function replacedMembers({ partitions, metadata }: RowPlan): readonly string[] {
  const inFolders = partitions.filter(({ isDay }) => !isDay).map(({ field }) => field);
  return metadata === undefined ? inFolders : [...inFolders, ...Object.keys(metadataColumns)];
}

const integer = { type: 'integer' };
const text = { type: 'string' };
const change = { type: 'object', properties: { field: text, change: text, reason: text } };

/** Source: https://docs.airbyte.com/understanding-airbyte/airbyte-metadata-fields */
export const metadataColumns: JsonObject = {
  _airbyte_raw_id: text,
  _airbyte_extracted_at: { ...text, format: 'date-time', airbyte_type: 'timestamp_with_timezone' },
  _airbyte_generation_id: integer,
  _airbyte_meta: { type: 'object', properties: { sync_id: integer, changes: { type: 'array', items: change } } },
};
