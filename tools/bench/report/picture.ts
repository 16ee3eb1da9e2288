// docs/benchmarks.svg: for each case the speed and the peak memory of all programs, as bars. It has the colours of light and dark
// pages.
import { megabytes, whole } from './figures.ts';
import { headlines, type Result, type Timed } from './result.ts';

const width = 860;
const titleHeight = 24;
const barHeight = 12;
const rowHeight = 18;
const gap = 10;
const top = 56;
const speed = { left: 190, width: 270 };
const memory = { left: 590, width: 190 };

const style = `  <style>
    .text { fill: #1f2328; }
    .small { fill: #57606a; font-size: 12px; }
    .own { fill: #0969da; }
    .limit { fill: #afb8c1; }
    .peer { fill: #bc4c00; }
    @media (prefers-color-scheme: dark) {
      .text { fill: #e6edf3; }
      .small { fill: #8b949e; }
      .own { fill: #58a6ff; }
      .limit { fill: #6e7681; }
      .peer { fill: #db6d28; }
    }
  </style>`;

/** Bars are as long as a program's share of the most in its case. */
export function picture(results: readonly Result[]): string {
  const shown = headlines(results).filter(({ compared }) => compared.length > 0);
  const parts: string[] = [];
  let y = top;
  for (const result of shown) {
    parts.push(...group(result, y));
    y += titleHeight + (1 + result.compared.length) * rowHeight + gap;
  }
  const label = 'Bars for the speed and the peak memory of the programs in each case';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" role="img" aria-label="${label}" font-family="system-ui, sans-serif" font-size="14">
${style}
${[...legend(), ...parts].map((line) => `  ${line}`).join('\n')}
</svg>
`;
}

function legend(): readonly string[] {
  const kinds = [
    ['own', 'these connectors'],
    ['limit', 'DuckDB or pigz, from file to file'],
    ['peer', 'a peer, with the same work'],
  ] as const;
  return [
    ...kinds.flatMap(([kind, text], index) => [
      `<rect class="${kind}" x="${10 + index * 230}" y="10" width="12" height="12" rx="2" />`,
      words('small', 28 + index * 230, 20, text),
    ]),
    words('small', speed.left, 46, 'rows a second, more is better'),
    words('small', memory.left, 46, 'peak memory, less is better'),
  ];
}

function group(result: Result, y: number): readonly string[] {
  const all = [result.program, ...result.compared];
  const rates = all.map(({ seconds }) => result.rows / seconds.median);
  const peaks = all.map(peakOf);
  return [
    words('text', 10, y + 14, result.title ?? result.name),
    ...all.flatMap((timed, index) => {
      const line = y + titleHeight + index * rowHeight;
      const kind = index === 0 ? 'own' : timed.isPeer ? 'peer' : 'limit';
      const rate = rates[index] ?? 0;
      const peak = peaks[index];
      return [
        words('small', 10, line + 10, timed.label),
        ...bar(kind, { ...speed, y: line, share: rate / Math.max(...rates), text: whole(rate) }),
        ...(peak === undefined
          ? [words('small', memory.left, line + 10, 'not measured')]
          : bar(kind, {
              ...memory,
              y: line,
              share: peak / Math.max(...peaks.map((one) => one ?? 0)),
              text: `${megabytes(peak)} MB`,
            })),
      ];
    }),
  ];
}

/** The sum of the processes that work together. */
function peakOf({ usages }: Timed): number | undefined {
  return usages.length === 0 ? undefined : usages.reduce((sum, { peakBytes }) => sum + peakBytes, 0);
}

type Bar = {
  readonly left: number;
  readonly width: number;
  readonly y: number;
  readonly share: number;
  readonly text: string;
};

function bar(kind: string, { left, width, y, share, text }: Bar): readonly string[] {
  const length = Math.max(1, Math.round(width * share));
  return [
    `<rect class="${kind}" x="${left}" y="${y}" width="${length}" height="${barHeight}" rx="2" />`,
    words('small', left + length + 6, y + 10, text),
  ];
}

function words(kind: string, x: number, y: number, text: string): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<text class="${kind}" x="${x}" y="${y}">${escaped}</text>`;
}
