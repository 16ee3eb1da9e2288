// The path of a file: {prefix}/type={type}/year=YYYY/month=MM/day=DD/hour=HH/{timestamp}-{hash}-{worker_id}.jsonl.gz. A
// snapshot has no date folders.
import { dateFolders, defineLayout } from '@s3-connectors/common/destination/layout/layout.ts';

export const fileExtension = '.jsonl.gz';

/** Readers of Hive folders make a column of each. */
export const folderNames = ['type', ...dateFolders.hour];

export const layout = defineLayout({
  noun: 'type',
  parent: 'type=',
  rejectedParent: '_rejected/type=',
  period: 'hour',
  isPadded: true,
  extensions: [fileExtension],
});
