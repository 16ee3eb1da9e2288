// The tables over all cases: the one at the head of docs/benchmarks.md, the one in the README, and the one that a run ends with.
import { markdownTable } from '../../markdown-table.ts';
import { factor, megabytes, whole } from './figures.ts';
import { headlines, type Result, type Timed } from './result.ts';
import { met } from './section.ts';

/** A row for each program that a case compares with. */
export function overview(results: readonly Result[]): string {
  const header = ['work', 'program', 'compared with', 'ratio', 'wanted'];
  const rows = headlines(results).flatMap(comparisons);
  return markdownTable([header, ...rows]);
}

function comparisons(result: Result): readonly (readonly string[])[] {
  const { title = result.name, program, compared, findings } = result;
  if (compared.length === 0) {
    const own = `${program.label}: ${program.seconds.median.toFixed(2)} s${memory(program)}`;
    const short = findings.flatMap(({ brief, isMet }) => (brief === undefined ? [] : [{ ...brief, isMet }]));
    return short.map(({ measured, wanted, isMet }) => [title, own, '', measured, `${wanted}: ${met(isMet)}`]);
  }
  return compared.map((other, index) => [
    index === 0 ? title : '',
    index === 0 ? figures(result, program) : '',
    figures(result, other),
    `${factor(speedOver(result, index))} ×`,
    index === 0 ? wantedRatio(result) : '',
  ]);
}

function figures({ rows }: Result, timed: Timed): string {
  return `${timed.label}: ${whole(rows / timed.seconds.median)} rows/s${memory(timed)}`;
}

function memory({ usages }: Timed): string {
  return usages.length === 0 ? '' : `, ${usages.map(({ peakBytes }) => megabytes(peakBytes)).join(' and ')} MB`;
}

/** The speed as a share of that of the program at `index`. */
function speedOver({ program, compared, ratio }: Result, index: number): number {
  if (index === 0 && ratio !== undefined) return ratio.median;
  return (compared[index]?.seconds.median ?? Number.NaN) / program.seconds.median;
}

function wantedRatio({ ratio, leastRatio }: Result): string {
  if (ratio === undefined || leastRatio === undefined) return '';
  return `at least ${leastRatio}: ${met(ratio.median >= leastRatio)}`;
}

/** The README's: reading and writing, next to the peers. The first row is the header. */
export function peersTable(results: readonly Result[]): readonly (readonly string[])[] {
  const rows = results.flatMap((result) => {
    const peers = result.compared.filter(({ isPeer }) => isPeer);
    return peers.map((peer, index) => [
      index === 0 ? (result.title ?? result.name) : '',
      index === 0 ? figures(result, result.program) : '',
      figures(result, peer),
      `${factor(speedOver(result, result.compared.indexOf(peer)))} ×`,
    ]);
  });
  return [['work', 'this program', 'another program', 'ratio'], ...rows];
}

/** What a run ends with: all cases by their names, with what was wanted of each. */
export function verdictTable(results: readonly Result[]): string {
  const header = ['case', 'seconds', 'ratio', 'wanted', 'peak MB', 'at most', 'findings', 'verdict'];
  return markdownTable([header, ...results.map(verdictRow)]);
}

function verdictRow(result: Result): readonly string[] {
  const { name, program, ratio, leastRatio, mostMegabytes, mostStallMs, findings } = result;
  const { usages, seconds } = program;
  const aims = [
    ...(ratio === undefined || leastRatio === undefined ? [] : [ratio.median >= leastRatio]),
    ...usages.flatMap((usage) => underBound(usage.peakBytes / 1024 / 1024, mostMegabytes[usage.name])),
    ...usages.flatMap((usage) => underBound(usage.longestStallMs, mostStallMs[usage.name])),
    ...findings.map(({ isMet }) => isMet),
  ];
  const briefs = findings.map(({ brief, isMet }) => brief?.measured ?? met(isMet));
  return [
    name,
    seconds.median.toFixed(2),
    ratio === undefined ? '' : ratio.median.toFixed(2),
    leastRatio === undefined ? '' : String(leastRatio),
    usages.map(({ peakBytes }) => megabytes(peakBytes)).join(' and '),
    usages.flatMap((usage) => mostMegabytes[usage.name] ?? []).join(' and '),
    briefs.join(', '),
    aims.length === 0 ? '' : met(aims.every(Boolean)),
  ];
}

function underBound(figure: number, most: number | undefined): readonly boolean[] {
  return most === undefined ? [] : [figure <= most];
}
