// The table at the end of the demo.
import type { Journey } from './journey.ts';
import { megabytes, number } from './numbers.ts';

export function report(journey: Journey): string {
  const { rowsIn, rowsOut, source, arrived, hours, seconds, peaks, differences } = journey;
  const rate = `${(arrived.uncompressedBytes / 1e6 / seconds).toFixed(1)} MB/s of JSON lines, ${number(Math.round(rowsOut / seconds))} rows/s`;
  const lines: readonly (readonly [string, string])[] = [
    ['rows in', `${number(rowsIn)} (${source.files} Parquet files, ${megabytes(source.bytes)})`],
    ['rows out', number(rowsOut)],
    ['files', `${number(arrived.files)} .jsonl.gz, ${megabytes(arrived.bytes)}`],
    ['hours', number(hours)],
    ['seconds', seconds.toFixed(1)],
    ['speed', rate],
    ...Object.entries(peaks).map(([name, bytes]) => [`memory of ${name}`, peak(bytes)] as const),
  ];
  const width = Math.max(...lines.map(([name]) => name.length));
  const table = lines.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`).join('\n');
  const verdict = differences.length === 0 ? 'all rows equal' : `NOT EQUAL\n  ${differences.join('\n  ')}`;
  return `\n${table}\n\n${verdict}`;
}

function peak(bytes: number | undefined): string {
  return bytes === undefined ? 'not reported by this system' : `${(bytes / 1e6).toFixed(0)} MB at most`;
}
