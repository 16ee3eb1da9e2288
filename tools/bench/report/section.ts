// The result of a case as a section of docs/benchmarks.md. The bench prints the same text.
import type { BenchCase, Prepared } from '../case.ts';
import type { Usage } from '../process.ts';
import type { Spread, Summary } from './statistics.ts';

type Finished = {
  readonly benchCase: BenchCase;
  readonly prepared: Prepared;
  readonly summary: Summary;
  /** Counted runs, without the warm-up. */
  readonly runs: number;
  readonly machine: string;
  readonly command: string;
  readonly date: Date;
};

export function sectionOf(finished: Finished): string {
  const { benchCase, prepared, machine, command, date } = finished;
  const paragraphs = [
    `## ${benchCase.name}`,
    benchCase.what,
    `Data: ${prepared.data}.`,
    table(finished),
    verdicts(finished)
      .map((text) => `- ${text}`)
      .join('\n'),
    `Limiting factor: ${benchCase.limit}`,
    `${date.toISOString().slice(0, 10)}, ${machine}, ${runsText(finished)}:`,
    `\`\`\`\n${command}\n\`\`\``,
  ];
  return `${paragraphs.join('\n\n')}\n`;
}

function runsText({ benchCase, runs }: Finished): string {
  if (benchCase.runsOnce === true) return 'one run';
  return `${runs} counted ${runs === 1 ? 'run' : 'runs'} after a warm-up`;
}

function table({ prepared, summary }: Finished): string {
  const { seconds, usages, references } = summary;
  const header = ['program', 'seconds (min–max)', 'rows/s', 'MB/s of lines', 'peak memory', 'CPU seconds'];
  const row = (name: string, spread: Spread, all: readonly Usage[]): readonly string[] => [
    name,
    `${spread.median.toFixed(2)} (${spread.min.toFixed(2)}–${spread.max.toFixed(2)})`,
    Math.round(prepared.rows / spread.median).toLocaleString('en'),
    (prepared.bytes / 1e6 / spread.median).toFixed(1),
    each(all, ({ peakBytes }) => `${megabytes(peakBytes)} MB`),
    each(all, ({ cpuSeconds }) => cpuSeconds.toFixed(2)),
  ];
  const rows = [row(usages.map(({ name }) => name).join(' and '), seconds, usages)];
  for (const [index, { name }] of (prepared.references ?? []).entries()) {
    const measured = references[index];
    if (measured !== undefined) rows.push(row(name, measured.seconds, measured.usages));
  }
  return aligned([header, ...rows]);
}

function each(usages: readonly Usage[], text: (usage: Usage) => string): string {
  return usages.length === 0 ? 'not measured' : usages.map(text).join(' and ');
}

function verdicts({ benchCase, summary }: Finished): readonly string[] {
  const { ratio, usages, findings } = summary;
  const { leastRatio, mostMegabytes = {}, mostStallMs = {} } = benchCase;
  const lines: string[] = [];
  if (ratio !== undefined) {
    const { median, min, max } = ratio;
    const aim = leastRatio === undefined ? '' : `, at least ${leastRatio} wanted: ${met(median >= leastRatio)}`;
    lines.push(`Speed: ${median.toFixed(2)} × the reference (${min.toFixed(2)}–${max.toFixed(2)})${aim}`);
  }
  for (const { name, peakBytes, longestStallMs } of usages) {
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

/** In the unit of `max_memory_mb`. */
function megabytes(bytes: number): string {
  return String(Math.ceil(bytes / 1024 / 1024));
}

function met(isMet: boolean): string {
  return isMet ? 'met' : '**missed**';
}

/** A Markdown table as the formatter would leave it. */
function aligned([header = [], ...rows]: readonly (readonly string[])[]): string {
  const widths = header.map((_, column) => Math.max(...[header, ...rows].map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string => {
    return `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  };
  return [header, widths.map((width) => '-'.repeat(width)), ...rows].map(line).join('\n');
}
