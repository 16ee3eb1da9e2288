// The folder of a field's value, made from its raw JSON.
import { BACKSLASH, QUOTE } from '../../json/ascii.ts';
import { parseJson } from '../../json/parse-json.ts';
import { instant } from '../../records/event-time.ts';
import { folderText, nullPartition } from '../files/partition-folders.ts';
import type { PartitionField } from './row-plan.ts';

/** `isLost`: the value is not null, and no folder can express it. */
type Partition = { readonly folder: string; readonly isLost: boolean };

/** The number of remembered values. */
const maxValues = 4096;
const longestValue = 1024;
/** The digits that a double keeps. */
const exactDigits = 15;
const firstDay = Date.parse('0000-01-01');
const lastDay = Date.parse('+010000-01-01');

/** Bound: 4,096 values of 1 KiB. */
export class PartitionValues {
  readonly #field: PartitionField;
  readonly #head: string;
  readonly #known = new Map<string, Partition>();

  constructor(field: PartitionField) {
    this.#field = field;
    this.#head = `${folderText(field.folder) ?? ''}=`;
  }

  /** The folder of the value bytes[start, end). `start` below 0: the row does not have the field. */
  of(bytes: Buffer, start: number, end: number): Partition {
    if (end - start > longestValue) return this.#partition(undefined);
    const raw = start < 0 ? 'null' : bytes.toString('latin1', start, end);
    const known = this.#known.get(raw);
    if (known !== undefined) return known;
    if (this.#known.size >= maxValues) this.#known.clear();
    const partition = this.#read(raw, bytes, start, end);
    this.#known.set(raw, partition);
    return partition;
  }

  #read(raw: string, bytes: Buffer, start: number, end: number): Partition {
    if (raw === 'null') return { folder: `${this.#head}${nullPartition}/`, isLost: false };
    if (this.#field.isDay) return this.#partition(dayText(bytes, start, end));
    const first = bytes[start] as number;
    if (first === QUOTE) return this.#partition(folderText(stringText(bytes, start, end)));
    if (raw === 'true' || raw === 'false') return this.#partition(raw);
    const isNumber = first === 0x2d || (first >= 0x30 && first <= 0x39);
    return this.#partition(isNumber ? folderText(numberText(raw)) : undefined);
  }

  #partition(value: string | undefined): Partition {
    const isLost = value === undefined && !this.#field.isDay; // A field with a day folder stays in the row.
    return { folder: `${this.#head}${value ?? nullPartition}/`, isLost };
  }
}

function stringText(bytes: Buffer, start: number, end: number): string {
  const isPlain = !bytes.subarray(start, end).includes(BACKSLASH);
  return isPlain ? bytes.toString('utf8', start + 1, end - 1) : String(parseJson(bytes.toString('utf8', start, end)));
}

/** The same text for all spellings of a number, if a double has all its digits. */
function numberText(raw: string): string {
  const [mantissa = ''] = raw.split(/[eE]/u);
  const digits = mantissa.replaceAll(/\D/gu, '').replace(/^0+/u, '');
  const value = Number(raw);
  const isExact = digits.length <= exactDigits && Number.isFinite(value) && (value !== 0 || digits === '');
  return isExact ? String(value) : raw;
}

/** UTC. Undefined for anything but a time in a year of four digits. */
function dayText(bytes: Buffer, start: number, end: number): string | undefined {
  const ms = instant(bytes, start, end);
  return ms >= firstDay && ms < lastDay ? new Date(ms).toISOString().slice(0, 10) : undefined;
}
