// Folders that are dates without names, `2024/01/15/`, as Firehose, DMS and Hudi write them. They make one column, by a pattern.
import type { DeclaredType } from './declared-column.ts';
import type { Partition } from './layout.ts';
import type { DatePart, FolderColumns } from './folder-columns.ts';

const units = { yyyy: '\\d{4}', MM: '\\d{2}', dd: '\\d{2}', HH: '\\d{2}' } as const;
type Unit = keyof typeof units;
const unit = /yyyy|MM|dd|HH/gu;

/** A level of the pattern: the form of its folder names, and the units in it, in order. */
type Level = { readonly name: RegExp; readonly units: readonly Unit[] };

type Parts = { readonly [unit in Unit]?: string };

export type DatePattern = {
  readonly levels: readonly Level[];
  /** The number of required levels. */
  readonly needed: number;
  readonly type: 'date' | 'timestamp';
};

/** `yyyy/MM/dd`, `yyyy-MM-dd/HH`, `yyyy/MM/dd[/HH]`. Undefined for a pattern without a day, or with an hour before the day. */
export function parseDatePattern(text: string): DatePattern | undefined {
  const { main = '', rest = '' } = /^(?<main>[^[\]]+)(?:\[\/(?<rest>[^[\]]+)\])?$/u.exec(text)?.groups ?? {};
  const levels = [...main.split('/'), ...(rest === '' ? [] : rest.split('/'))].map(levelOf);
  const needed = main.split('/').length;
  const order = levels.flatMap(({ units: own }) => own).join();
  const isDay = levels.slice(0, needed).some(({ units: own }) => own.includes('dd'));
  if (!isDay || !['yyyy,MM,dd', 'yyyy,MM,dd,HH'].includes(order)) return undefined;
  if (levels.some(({ units: own }) => own.length === 0)) return undefined;
  return { levels, needed, type: order.endsWith('HH') ? 'timestamp' : 'date' };
}

function levelOf(text: string): Level {
  const own = text.match(unit) ?? [];
  const source = text
    .split(unit)
    .map((literal) => literal.replaceAll(/[\\^$.*+?()[\]{}|]/gu, String.raw`\$&`))
    .reduce((before, literal, index) => `${before}(${units[own[index - 1] as Unit]})${literal}`);
  return { name: new RegExp(`^${source}$`, 'u'), units: own as Unit[] };
}

/** How far the folders of a path follow the pattern, from the first place at which they do. */
type Found = { readonly parts: Parts; readonly start: number; readonly levels: number; readonly isLast: boolean };

function find(folders: readonly string[], { levels, needed }: DatePattern): Found | undefined {
  for (let start = 0; start < folders.length; start++) {
    const found = follow(folders.slice(start), levels);
    const isLast = start + (found?.levels ?? 0) === folders.length;
    // Less than a day may become a date only if no other folder follows.
    if (found !== undefined && (found.levels >= needed || isLast)) return { ...found, start, isLast };
  }
  return undefined;
}

function follow(folders: readonly string[], levels: readonly Level[]): Pick<Found, 'parts' | 'levels'> | undefined {
  let parts: Parts = {};
  let count = 0;
  for (const [index, { name, units: own }] of levels.entries()) {
    const values = name.exec(folders[index] ?? '');
    if (values === null) break;
    const next = { ...parts, ...Object.fromEntries(own.map((one, place) => [one, values[place + 1]])) } as Parts;
    if (!exists(next)) break;
    parts = next;
    count++;
  }
  return count === 0 ? undefined : { parts, levels: count };
}

/** The first moment, as `2024-01-15T00:00:00Z`. */
function firstOf({ yyyy = '0001', MM = '01', dd = '01', HH = '00' }: Parts): string {
  return `${yyyy}-${MM}-${dd}T${HH}:00:00Z`;
}

/** Years from 1 to 9999, as for all dates. */
function exists(parts: Parts): boolean {
  const text = firstOf(parts);
  const time = new Date(text);
  return parts.yyyy !== '0000' && !Number.isNaN(time.getTime()) && time.toISOString().startsWith(text.slice(0, 13));
}

/** The last moment. */
function lastOf({ yyyy = '9999', MM = '12', dd, HH = '23' }: Parts): string {
  const day = dd ?? new Date(Date.UTC(Number(yyyy), Number(MM), 0)).getUTCDate();
  return `${yyyy}-${MM}-${String(day).padStart(2, '0')}T${HH}:59:59Z`;
}

function foldersOf(path: string): readonly string[] {
  return path.split('/').slice(0, -1);
}

export function dateFolders(pattern: DatePattern, column: string): FolderColumns {
  const valueOf = (text: string): string => (pattern.type === 'date' ? text.slice(0, 10) : text);
  const wholeDate = (path: string): Found | undefined => {
    const found = find(foldersOf(path), pattern);
    return found === undefined || found.levels < pattern.needed ? undefined : found;
  };
  const partOf = ({ start, levels }: Found): DatePart => ({
    isFirst: levels === 1,
    isBorneOutBy(path) {
      const whole = wholeDate(path);
      return whole && whole.start === start;
    },
  });
  return {
    dateColumn: column,
    typeOf: (name): DeclaredType | undefined =>
      name.toLowerCase() === column.toLowerCase() ? pattern.type : undefined,
    partitionsOf(path): readonly Partition[] {
      const found = wholeDate(path);
      return found === undefined ? [] : [{ column, value: valueOf(firstOf(found.parts)) }];
    },
    levelOf(path) {
      const found = find(foldersOf(path), pattern);
      if (found?.isLast !== true) return {};
      const [unitOfLevel = ''] = pattern.levels[found.levels - 1]?.units ?? [];
      const own = { column: unitOfLevel.toLowerCase(), value: foldersOf(path).at(-1) ?? '' };
      const span = { column, from: valueOf(firstOf(found.parts)), to: valueOf(lastOf(found.parts)) };
      const level = { own, isDate: true, span: { ...span, isWhole: found.levels === pattern.levels.length } };
      return found.levels < pattern.needed ? { ...level, part: partOf(found) } : level;
    },
  };
}
