// A float or double of Avro as text, in the form that the engine gives those of Parquet; it has a form for all of them.

/** The fewest digits that read back as the same value; from 1e16 on, and below 1e-4, with an exponent. */
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
