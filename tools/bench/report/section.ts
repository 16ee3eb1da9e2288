// The result of a case as a section of docs/benchmarks.md. The bench prints the same text.
import { markdownTable } from '../../markdown-table.ts';
import type { Usage } from '../process.ts';
import { megabytes } from './figures.ts';
import type { Result, Timed } from './result.ts';

export function sectionOf(result: Result): string {
  const { name, what, data, limit, place, runs, command } = result;
  const paragraphs = [
    `### ${name}`,
    what,
    `Data: ${data}.`,
    table(result),
    verdicts(result)
      .map((text) => `- ${text}`)
      .join('\n'),
    `Limiting factor: ${limit}`,
    `${place.day}, ${place.machine}, ${runs}:`,
    `\`\`\`\n${command}\n\`\`\``,
  ];
  return `${paragraphs.join('\n\n')}\n`;
}

function table({ rows, bytes, program, compared }: Result): string {
  const header = ['program', 'seconds (min–max)', 'rows/s', 'MB/s of lines', 'peak memory', 'CPU seconds'];
  const row = ({ name, seconds, usages }: Timed): readonly string[] => [
    name,
    `${seconds.median.toFixed(2)} (${seconds.min.toFixed(2)}–${seconds.max.toFixed(2)})`,
    Math.round(rows / seconds.median).toLocaleString('en'),
    (bytes / 1e6 / seconds.median).toFixed(1),
    each(usages, ({ peakBytes }) => `${megabytes(peakBytes)} MB`),
    each(usages, ({ cpuSeconds }) => cpuSeconds.toFixed(2)),
  ];
  return markdownTable([header, row(program), ...compared.map(row)]);
}

function each(usages: readonly Usage[], text: (usage: Usage) => string): string {
  return usages.length === 0 ? 'not measured' : usages.map(text).join(' and ');
}

function verdicts({ program, ratio, leastRatio, mostMegabytes, mostStallMs, findings }: Result): readonly string[] {
  const lines: string[] = [];
  if (ratio !== undefined) {
    const { median, min, max } = ratio;
    const aim = leastRatio === undefined ? '' : `, at least ${leastRatio} wanted: ${met(median >= leastRatio)}`;
    lines.push(`Speed: ${median.toFixed(2)} × the reference (${min.toFixed(2)}–${max.toFixed(2)})${aim}`);
  }
  for (const { name, peakBytes, longestStallMs } of program.usages) {
    const most = mostMegabytes[name];
    const aim = most === undefined ? '' : `, at most ${most} MB wanted: ${met(peakBytes <= most * 1024 * 1024)}`;
    lines.push(`Peak memory of ${name}: ${megabytes(peakBytes)} MB${aim}`);
    const stall = mostStallMs[name];
    if (stall === undefined) continue;
    const stallAim = `at most ${stall} ms wanted: ${met(longestStallMs <= stall)}`;
    lines.push(`Longest stall of the main thread of ${name}: ${Math.ceil(longestStallMs)} ms, ${stallAim}`);
  }
  lines.push(...findings.map(({ text, isMet }) => `${text}: ${met(isMet)}`));
  return lines;
}

export function met(isMet: boolean): string {
  return isMet ? 'met' : '**missed**';
}
