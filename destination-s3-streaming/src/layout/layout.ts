// Where a file goes: {prefix}/type={type}/year=YYYY/month=MM/day=DD/hour=HH/{timestamp}-{hash}-{worker_id}.jsonl.gz. A snapshot
// has no date folders.
import { defineLayout } from '@s3-connectors/common/destination/layout/layout.ts';

export const fileExtension = '.jsonl.gz';

export const layout = defineLayout({
  noun: 'type',
  parent: 'type=',
  rejectedParent: '_rejected/type=',
  period: 'hour',
  isPadded: true,
  extensions: [fileExtension],
});
