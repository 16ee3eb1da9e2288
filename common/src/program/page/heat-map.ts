// A heat map as SVG. A darker cell has a higher value, its title describes it, and a marked cell has a frame.
import type { Html, HtmlTag } from './html.ts';

export type HeatCell = {
  readonly column: number;
  readonly row: number;
  readonly value: number;
  readonly title: string;
  readonly isMarked: boolean;
};

export type HeatMap = {
  /** The description for screen readers. */
  readonly label: string;
  readonly cells: readonly HeatCell[];
  /** The labels next to the rows and above the columns. Rows and columns without a label are absent. */
  readonly rowLabels: ReadonlyMap<number, string>;
  readonly columnLabels: ReadonlyMap<number, string>;
};

const side = 14;
const step = 16;
const left = 76;
const top = 16;

export function heatMap(markup: HtmlTag, { label, cells, rowLabels, columnLabels }: HeatMap): Html {
  const columns = Math.max(0, ...cells.map(({ column }) => column)) + 1;
  const rows = Math.max(0, ...cells.map(({ row }) => row)) + 1;
  const [width, height] = [left + columns * step + 20, top + rows * step];
  const scale = scaleOf(cells.map(({ value }) => value));
  const rects = cells.map(({ column, row, value, title, isMarked }) => {
    const [x, y] = [left + column * step, top + row * step];
    const look = isMarked ? 'gap' : `h${scale(value)}`;
    return markup`<rect class="${look}" x="${x}" y="${y}" width="${side}" height="${side}" rx="2">
      <title>${title}</title>
    </rect>`;
  });
  const texts = [
    ...[...rowLabels].map(([row, text]) => markup`<text x="0" y="${top + row * step + 11}">${text}</text>`),
    ...[...columnLabels].map(([column, text]) => markup`<text x="${left + column * step}" y="11">${text}</text>`),
  ];
  return markup`<div class="scroll">
    <svg role="img" aria-label="${label}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
      ${texts}${rects}
    </svg>
  </div>`;
}

/** 0 for no value, otherwise 1 to 4 on a logarithmic scale. */
export function scaleOf(values: readonly number[]): (value: number) => number {
  const some = values.filter((value) => value > 0);
  const [least, most] = [Math.min(...some), Math.max(...some)];
  return (value) => {
    if (value <= 0) return 0;
    if (least === most) return 3;
    return 1 + Math.min(3, Math.floor((4 * Math.log(value / least)) / Math.log(most / least)));
  };
}
