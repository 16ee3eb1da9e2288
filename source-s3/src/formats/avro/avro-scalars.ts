// Avro's scalar values as exact JSON: digits of decimals and longs, fractions of times, bytes as base64.
import { assertNever } from '@s3-connectors/common/protocol/errors.ts';

import { wholeText } from '../../casts/json-cast.ts';
import { AvroDamage, type AvroBytes } from './avro-bytes.ts';
import { durationParts, type AvroScalar } from './avro-columns.ts';
import { nullText, type AvroRow, type WriteValue } from './avro-row.ts';
import type { Logical } from './avro-schema.ts';
import { dateText, timestampText, timeText } from './instant-text.ts';

/** `field`: reported if a value has no JSON form (NaN, a time beyond the end of the day) and becomes null. */
export function scalarWriter(type: AvroScalar, field: string): WriteValue {
  if ('logical' in type && type.logical !== undefined) return logicalWriter(type, type.logical, field);
  switch (type.kind) {
    case 'null':
      return (_, { out }) => out.raw(nullText);
    case 'boolean':
      return (from, { out }) => out.text(from.byte() === 0 ? 'false' : 'true');
    case 'int':
    case 'long':
      return (from, { out }) => out.text(String(from.long()));
    case 'float':
      return (from, row) => writeNumber(from.bytes.readFloatLE(from.take(4)), row, field);
    case 'double':
      return (from, row) => writeNumber(from.bytes.readDoubleLE(from.take(8)), row, field);
    case 'string':
      return (from, { out }) => {
        const length = from.count();
        const start = from.take(length);
        out.string(from.bytes, start, start + length);
      };
    case 'bytes':
    case 'fixed':
      return (from, { out }) => out.text(`"${slice(from, type).toString('base64')}"`);
    case 'enum': {
      const symbols = type.symbols.map((symbol) => Buffer.from(JSON.stringify(symbol)));
      return (from, { out }) => {
        const symbol = symbols[from.count()];
        if (symbol === undefined) throw new AvroDamage('an enum has a symbol that its schema does not know');
        out.raw(symbol);
      };
    }
    default:
      return assertNever(type);
  }
}

function slice(from: AvroBytes, type: AvroScalar): Buffer {
  const length = type.kind === 'fixed' ? type.size : from.count();
  const start = from.take(length);
  return from.bytes.subarray(start, start + length);
}

function writeNumber(value: number, row: AvroRow, field: string): void {
  if (Number.isFinite(value)) row.out.text(Object.is(value, -0) ? '-0.0' : String(value));
  else lose(row, field);
}

export function isFloat(type: AvroScalar): boolean {
  return type.kind === 'float' || type.kind === 'double';
}

/** For a float or a double: as a text, or as an integer. */
export function castFloatWriter({ kind }: AvroScalar, target: 'string' | 'integer', field: string): WriteValue {
  return (from, row) => {
    const value = kind === 'float' ? from.bytes.readFloatLE(from.take(4)) : from.bytes.readDoubleLE(from.take(8));
    const text =
      target === 'integer' ? wholeText(value) : `"${floatText(value, kind === 'float' ? 'float' : 'double')}"`;
    if (text === undefined) lose(row, field);
    else row.out.text(text);
  };
}

/**
 * A float or double as text, in the form that the engine gives those of Parquet; it has a form for all of them: the fewest digits that read back as the same value; from 1e16 on, and below 1e-4, with an
 * exponent.
 */
export function floatText(value: number, kind: 'float' | 'double'): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const short = kind === 'float' ? shortFloat(value) : value;
  const [mantissa = '', exponent = ''] = short.toExponential().split('e');
  const power = Number(exponent);
  const sign = Object.is(value, -0) ? '-' : '';
  if (power >= 16 || power < -4) {
    return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  }
  const digits = String(short);
  return sign + (/^-?\d+$/u.test(digits) ? `${digits}.0` : digits);
}

/** The double with the fewest digits among those that round to the same float. */
function shortFloat(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return Number(value.toPrecision(9));
}

function lose({ out, lost }: AvroRow, field: string): void {
  out.raw(nullText);
  lost.push(field);
}

function logicalWriter(type: AvroScalar, logical: Logical, field: string): WriteValue {
  const quoted = (text: string | undefined, row: AvroRow): void => {
    if (text === undefined) lose(row, field);
    else row.out.text(`"${text}"`);
  };
  switch (logical.name) {
    case 'decimal':
      return (from, { out }) => out.text(decimalText(slice(from, type), logical.scale));
    case 'date':
      return (from, row) => quoted(dateText(from.long()), row);
    case 'time':
      return (from, row) => quoted(timeText(from.long(), logical.perSecond), row);
    case 'timestamp':
      return (from, row) => quoted(timestampText(from.long(), logical.perSecond, logical.utc), row);
    case 'uuid':
      if (type.kind !== 'fixed') return scalarWriter({ kind: 'string' }, field);
      return (from, row) => quoted(uuidText(slice(from, type)), row);
    case 'duration':
      return (from, { out }) => {
        const start = from.take(12);
        const parts = durationParts.map((name, part) => `"${name}":${from.bytes.readUInt32LE(start + 4 * part)}`);
        out.text(`{${parts.join(',')}}`);
      };
    default:
      return assertNever(logical);
  }
}

/** Two's complement, the highest byte first. */
function decimalText(bytes: Buffer, scale: number): string {
  const unsigned = bytes.length === 0 ? 0n : BigInt(`0x${bytes.toString('hex')}`);
  const unscaled = BigInt.asIntN(8 * bytes.length, unsigned);
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  const sign = unscaled < 0n ? '-' : '';
  return scale === 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

function uuidText(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/u, '$1-$2-$3-$4-');
}
