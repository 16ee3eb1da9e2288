// A table that also shows its numbers as bars.
import type { Html, HtmlTag } from './html.ts';

type Bar = {
  readonly name: string;
  readonly value: number;
  readonly text: string;
  readonly more?: readonly string[];
};

const barWidth = 160;

/** `heads` are the column heads: the name, the number of the bar, and any others. */
export function barTable(markup: HtmlTag, heads: readonly string[], bars: readonly Bar[]): Html {
  const most = Math.max(1, ...bars.map(({ value }) => value));
  const [nameHead = '', valueHead = '', ...moreHeads] = heads;
  const rows = bars.map(({ name, value, text, more = [] }) => {
    const width = Math.max(value > 0 ? 1 : 0, Math.round((value / most) * barWidth));
    const cells = more.map((cell) => markup`<td class="number">${cell}</td>`);
    return markup`<tr>
      <td>${name}</td>
      <td class="number">${text}</td>
      <td>
        <svg width="${barWidth}" height="12" aria-hidden="true">
          <rect class="bar" width="${width}" height="12"></rect>
        </svg>
      </td>
      ${cells}
    </tr>`;
  });
  const more = moreHeads.map((head) => markup`<th scope="col" class="number">${head}</th>`);
  return markup`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th scope="col">${nameHead}</th>
          <th scope="col" class="number">${valueHead}</th>
          <td></td>
          ${more}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}
