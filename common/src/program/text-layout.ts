// Text in columns for a terminal of 100 characters: fields with a hanging indent, and rows of cells.
import { oneLine } from '../protocol/text/text.ts';

export const lineWidth = 100;
const labelWidth = 14;
const indent = '  ';

/** `width` is in characters. A negative width aligns right. */
export type Cell = { readonly text: string; readonly width: number };

/** A label, and a text that wraps into as many lines as it needs. */
export function* field(label: string, text: string): Generator<string> {
  let head = `${indent}${label.padEnd(labelWidth - 1)} `;
  for (const line of wrapped(text, lineWidth - head.length)) {
    yield `${head}${line}`.trimEnd();
    head = ' '.repeat(head.length);
  }
}

/** A row of cells. A text that is too long loses its middle. */
export function row(cells: readonly Cell[]): string {
  const texts = cells.map(({ text, width }) => {
    const cut = shortened(text, Math.abs(width) - 1);
    return width < 0 ? cut.padStart(-width) : cut.padEnd(width);
  });
  return `${indent}${texts.join('')}`.trimEnd();
}

/** A partition's value. It is in quotes if it is empty or has space around it. */
export function valueText(value: string): string {
  return value === value.trim() && value !== '' ? oneLine(value) : oneLine(JSON.stringify(value));
}

/** As `countText` with plain digits, for texts that programs search too. */
export function countOf(count: number | bigint, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 || count === 1n ? one : many}`;
}

/** `one` and `many`: the words after the count, by default a noun. */
export function countText(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

/** `text` after the count, in its number: of `{is|are}` the first word for 1, otherwise the second. */
export function countedText(count: number, text: string): string {
  const words = text.replaceAll(/\{(.*?)\|(.*?)\}/gu, count === 1 ? '$1' : '$2');
  return `${count.toLocaleString('en')} ${words}`;
}

/** `12.3 GB`, in powers of a thousand. */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let [amount, unit] = [bytes, 0];
  while (amount >= 999.95 && unit < units.length - 1) {
    amount /= 1000;
    unit++;
  }
  return `${unit === 0 ? amount : amount.toFixed(1)} ${units[unit]}`;
}

/** The text, without its middle if it is longer than `width`. */
export function shortened(text: string, width: number): string {
  const letters = Array.from(new Intl.Segmenter('en').segment(text), ({ segment }) => segment);
  if (letters.length <= width) return text;
  const tail = Math.floor((width - 1) / 2);
  return [...letters.slice(0, width - 1 - tail), '…', ...letters.slice(letters.length - tail)].join('');
}

/** At blanks where there are any, else within a word. */
function* wrapped(text: string, width: number): Generator<string> {
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      yield line;
      line = '';
    } else if (line !== '') line += ' ';
    line += word;
    while (line.length > width) {
      const end = line.slice(0, width).isWellFormed() ? width : width - 1; // A surrogate pair is one letter.
      yield line.slice(0, end);
      line = line.slice(end);
    }
  }
  yield line;
}
