// The tables of the batch destination for `ddl`. Their types are stored in the bucket.
import { datePaths, firstYear } from '@s3-connectors/common/destination/ddl/table/date-listing.ts';
import type { DdlTables } from '@s3-connectors/common/destination/ddl/ddl.ts';
import { fieldFolders } from '@s3-connectors/common/destination/ddl/table/field-folders.ts';
import { dateFolders, type SqlColumn, type SqlType } from '@s3-connectors/common/destination/ddl/table/table.ts';
import { entryFor } from '@s3-connectors/common/destination/input/stream-plan.ts';
import { largestDocument } from '@s3-connectors/common/destination/replacing/document-memory.ts';

import { readTables } from '../columns/registry/registry.ts';
import { storedFields, type FieldType, type StructType } from '../columns/types/field-type.ts';
import type { BatchConfig } from '../config/config.ts';
import { extensions, layout } from '../layout/layout.ts';

export const tables: DdlTables<BatchConfig> = {
  noun: 'table',
  segments: { table: 'segment_metadata', code: 'number' },
  async *list(s3, { prefix, headers, format, maxMemoryBytes, streams }, { root, signal }) {
    const area = { s3, prefix, headers, maxDocumentBytes: largestDocument(maxMemoryBytes) };
    for await (const { table: name, type, stream } of readTables(area, signal)) {
      const own = layout.place(prefix, name).folder;
      const folders = [
        ...dateFolders({ period: 'day', isPadded: false, firstYear: await firstYear(s3, own, signal) }),
        ...fieldFolders(entryFor(stream, streams)?.partition_by),
      ];
      const keys = folders.map(({ key }) => key);
      yield {
        name,
        columns: columnsOf(type),
        format,
        extension: extensions[format],
        location: layout.place(root, name).folder,
        folders,
        partitions: () => datePaths(s3, own, keys, signal),
        notes: [],
      };
    }
  },
};

function columnsOf(type: StructType): readonly SqlColumn[] {
  return storedFields(type).map(({ name, type: own }) => ({ name, type: sqlTypeOf(own) }));
}

function sqlTypeOf(type: FieldType): SqlType {
  switch (type.kind) {
    case 'timestamp':
      return { kind: type.utc ? 'instant' : 'local' };
    case 'list':
      return { kind: 'list', items: sqlTypeOf(type.items) };
    case 'struct':
      return { kind: 'struct', fields: columnsOf(type) };
    default:
      return { kind: type.kind };
  }
}
