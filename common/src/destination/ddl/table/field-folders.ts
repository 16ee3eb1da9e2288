// The folders of a stream's rows below those of the hour or day (`partition_by`), as in statements.
import { folderText } from '../../files/partition-folders.ts';
import { partitionField } from '../../rows/row-plan.ts';
import type { Folder } from './table.ts';

/** `fields`: from the entry of the stream. Folders have their own names, which are encoded in keys. */
export function fieldFolders(fields: readonly string[] = []): readonly Folder[] {
  return fields.map(partitionField).map(({ folder: name }) => ({ name, key: folderText(name) ?? name }));
}
