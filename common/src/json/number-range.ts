// Numbers that JSON allows and readers refuse: beyond a double, such as 1e400, or with an exponent that they do not compute, such as 0e999.

/** The largest exponent of ten of a double. */
const mostExponent = 308;
/** Readers take smaller exponents for zero, if they have so many digits at most. */
const mostExponentDigits = 4;

/** `text` is a JSON number. */
export function isReadableNumber(text: string): boolean {
  const value = Number(text);
  if (!Number.isFinite(value)) return false;
  const exponent = /[eE][+]?(-?)0*(\d+)$/u.exec(text);
  if (exponent === null) return true;
  const [, sign = '', digits = ''] = exponent;
  return digits.length <= mostExponentDigits && (value !== 0 || sign === '-' || Number(digits) <= mostExponent);
}
