// How a JSON number can be stored without losing a digit, from its text.
import { MINUS, ZERO } from '@s3-connectors/common/json/ascii.ts';
import { isReadableNumber } from '@s3-connectors/common/json/number-range.ts';

/**
 * `int`: a whole number that both int64 and double hold; `wide`: one that certainly only int64 holds; `huge`: one beyond int64;
 * `whole`: an `int` written with a fraction or an exponent (1.0); `real`: a double, in the digits that some writer prints for
 * it; `inexact`: a number that a double rounds, or that some reader refuses.
 */
export const numberKinds = { int: 2, wide: 3, huge: 4, whole: 5, real: 6, inexact: 7 } as const;
type NumberKind = (typeof numberKinds)[keyof typeof numberKinds];

/** Every double prints the first 15 digits of a decimal unchanged. */
export const safeDigits = 15;
/** The digits of `Number.MAX_SAFE_INTEGER`. */
const mostSafeDigits = 16;
/** The limit of `toPrecision` in every runtime. */
const mostPrecision = 21;
const mostInt64Digits = 19;
/** No writer prints more digits, and the time to inspect them grows with their square. */
const mostDigits = 800;
const maxInt64 = 2n ** 63n - 1n;
const minInt64 = -(2n ** 63n);

/** bytes[start, end) is a valid JSON number. Hot path for numbers of at most 15 digits. */
export function numberKind(bytes: Uint8Array, start: number, end: number): NumberKind {
  let fraction = -1;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] as number;
    if (byte === 0x2e) fraction = at;
    else if (byte === 0x65 || byte === 0x45) return slowKind(bytes, start, end);
  }
  if (fraction === -1) return end - start <= safeDigits ? numberKinds.int : longInteger(bytes, start, end);
  if (end - start > safeDigits + 1) return slowKind(bytes, start, end);
  for (let at = fraction + 1; at < end; at += 1) if (bytes[at] !== 0x30) return numberKinds.real;
  return numberKinds.whole;
}

/** The digits of an int64 number that is written with a fraction or an exponent. Undefined for other numbers. */
export function integerText(text: string): string | undefined {
  if (text.length > mostDigits) return undefined;
  const [, sign = '', digits = '', exponent = ''] = /^(-?)(\d+)e(-?\d+)$/u.exec(significant(text)) ?? [];
  if (digits === '') return '0';
  if (digits.length > Number(exponent) || Number(exponent) > mostInt64Digits) return undefined;
  const value = BigInt(sign + digits.padEnd(Number(exponent), '0'));
  return value > maxInt64 || value < minInt64 ? undefined : String(value);
}

function longInteger(bytes: Uint8Array, start: number, end: number): NumberKind {
  if (end - start > 20) return numberKinds.huge;
  const digits = bytes[start] === MINUS ? end - start - 1 : end - start;
  if (digits < mostInt64Digits)
    return digits > mostSafeDigits || !isSafe(bytes, end - digits, end) ? numberKinds.wide : numberKinds.int;
  const value = BigInt(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1'));
  return value > maxInt64 || value < minInt64 ? numberKinds.huge : numberKinds.wide;
}

/** Whether a double holds each integer up to the one with these digits, at most `mostSafeDigits`. */
function isSafe(bytes: Uint8Array, start: number, end: number): boolean {
  let value = 0; // Beyond the safe integers it is rounded, and stays beyond them.
  for (let at = start; at < end; at += 1) value = value * 10 + ((bytes[at] as number) - ZERO);
  return value <= Number.MAX_SAFE_INTEGER;
}

function slowKind(bytes: Uint8Array, start: number, end: number): NumberKind {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
  const value = Number(text);
  if (!isDouble(text) || !isReadableNumber(text)) return numberKinds.inexact;
  return Number.isSafeInteger(value) ? numberKinds.whole : numberKinds.real;
}

/**
 * Whether a double holds the number: its text is one that some writer prints for the double that it reads as. That is the
 * shortest text, 17 digits (`%.17g` in C, and therefore in Lua, iOS and old PHP; C rounds to even when halfway, others away
 * from zero), or all digits of an integer.
 */
export function isDouble(text: string): boolean {
  const value = Number(text);
  const shortest = String(value);
  if (text === shortest) return true;
  if (!Number.isFinite(value) || text.length > mostDigits) return false;
  const digits = significant(text);
  if (digits === significant(shortest) || digits === significant(value.toPrecision(17))) return true;
  if (/^-?\d+$/u.test(text) && BigInt(value) === BigInt(text)) return true;
  const exact = significant(value.toPrecision(mostPrecision));
  const [, seventeen = '', exponent = ''] = /^(-?\d{17})5(e.*)$/u.exec(exact) ?? [];
  return digits === seventeen.replace(/0+$/u, '') + exponent;
}

/** Equal for equal numbers. */
function significant(text: string): string {
  const { sign, digits, power } = decimalOf(text);
  return digits === '' ? '0' : `${sign}${digits}e${power}`;
}

/** `digits`: without zeros at either end; `power`: the power of ten of the first digit. For a JSON number, also with leading zeros. */
export function decimalOf(text: string): { readonly sign: string; readonly digits: string; readonly power: number } {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/u.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/u, '');
  const leading = whole.length + fraction.length - digits.length;
  return { sign, digits: digits.replace(/0+$/u, ''), power: Number(exponent) + whole.length - leading };
}
