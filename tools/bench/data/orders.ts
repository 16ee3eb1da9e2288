// A flat table as shops have it: orders with ids, texts, decimals and timestamps, in Hive partitions.
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { literal } from '@s3-connectors/common/columns/sql.ts';

import type { Bench } from '../case.ts';
import { tableFolder } from '../connectors.ts';
import { describe, hiveFiles, id, pick, type BenchTable } from './data.ts';

const orders = { name: 'orders', timeField: 'created_at' };

/** Three million orders in 20 files. */
export async function ordersTable(bench: Bench): Promise<BenchTable> {
  const directory = join(bench.folder, 'orders');
  const folder = tableFolder(directory, orders.name);
  const rows = bench.rows ?? 3_000_000;
  for (let part = 0; part < hiveFiles; part++) {
    const from = Math.floor((rows * part) / hiveFiles);
    const to = Math.floor((rows * (part + 1)) / hiveFiles);
    const file = join(folder, `day=2026-03-${String(part + 1).padStart(2, '0')}`, 'data.parquet');
    await mkdir(dirname(file), { recursive: true });
    await bench.db.run(`COPY (${ordersSql(from, to)}) TO ${literal(file)} (FORMAT parquet, COMPRESSION zstd)`);
  }
  const glob = join(folder, '*/*.parquet');
  return describe(bench, { stream: orders, directory, glob, partitioned: true, from: 'generated orders' });
}

/** Row `i` depends on nothing but `i`. */
function ordersSql(from: number, to: number): string {
  const time = `TIMESTAMP '2026-03-01 00:00:00' + to_milliseconds(i * 576)`;
  return `
    SELECT
      i AS order_id,
      CAST(hash(i, 'customer') % 400000 AS BIGINT) AS customer_id,
      left(${id('session')}, 16) AS session_id,
      concat('SKU-', ${pick('sku', 20_000)}) AS sku,
      ['new', 'paid', 'sent', 'returned'][1 + ${pick('status', 4)}] AS status,
      ['DE', 'FR', 'GB', 'US', NULL][1 + ${pick('country', 5)}] AS country,
      CAST(1 + hash(i, 'quantity') % 9 AS INTEGER) AS quantity,
      ${decimal('price', 6, 2)} AS price,
      ${decimal('discount', 4, 2)} AS discount,
      ${decimal('rate', 4, 4)} AS tax_rate,
      ${time} AS created_at,
      CAST(${time} AS TIMESTAMPTZ) + to_seconds(${pick('paid', 90_000)}) AS paid_at,
      CASE WHEN ${pick('sent', 5)} > 0 THEN ${time} + to_milliseconds(${pick('sent', 900_000_000)}) END AS sent_at
    FROM range(${from}, ${to}) AS numbers(i)`;
}

/** `digits` in all, `scale` of them after the point. */
function decimal(salt: string, digits: number, scale: number): string {
  return `CAST((hash(i, '${salt}') % ${10 ** digits}) / ${10 ** scale} AS DECIMAL(18, ${scale}))`;
}
