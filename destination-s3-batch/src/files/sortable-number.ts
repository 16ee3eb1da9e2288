// A decimal number of any size as a text that sorts, byte by byte, like the numbers, and is equal for all spellings of one number:
// its sign, the power of ten of its first digit, its digits. For a negative number both are complements, and a last byte above all
// digits puts the longer one first.
import { decimalOf } from '../columns/types/number-kind.ts';

/** Larger powers of ten count as this one. */
const mostPower = 10 ** 15;
const powerDigits = 16;

/** @param text a JSON number, also with leading zeros. */
export function sortableNumber(text: string): string {
  const { sign, digits, power } = decimalOf(text);
  if (digits === '') return '1';
  const bounded = Math.min(Math.max(power, -mostPower), mostPower) + mostPower;
  const size = String(bounded).padStart(powerDigits, '0') + digits;
  return sign === '' ? `2${size}` : `0${size.replaceAll(/\d/gu, (digit) => String(9 - Number(digit)))}~`;
}
