// The folders of a stream's rows below those of the hour or day (`partition_by`), as statements name them.
import { folderText } from '../../files/partition-folders.ts';
import { partitionField } from '../../rows/row-plan.ts';
import type { Folder } from './table.ts';

/** `fields`: those of the entry of the stream. Folders have names of their own, and encoded ones in keys. */
export function fieldFolders(fields: readonly string[] = []): readonly Folder[] {
  return fields.map(partitionField).map(({ folder: name }) => ({ name, key: folderText(name) ?? name }));
}
