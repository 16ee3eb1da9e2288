// The path of a file: {prefix}/data/{table}/year=2026/month=1/day=15/{timestamp}-{hash}-{worker_id}.snappy.parquet or .json.gz.
// A snapshot is in the folder of the day of the export.
import { defineLayout } from '@s3-connectors/common/destination/layout/layout.ts';

import type { OutputFormat } from '../config/config.ts';

export const extensions: Readonly<Record<OutputFormat, string>> = { parquet: '.snappy.parquet', json: '.json.gz' };

export const layout = defineLayout({
  noun: 'table',
  parent: 'data/',
  rejectedParent: '_rejected/',
  period: 'day',
  isPadded: false,
  extensions: Object.values(extensions),
});
