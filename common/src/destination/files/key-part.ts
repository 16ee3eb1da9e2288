// Names of streams, types and tables as parts of a key. No name can lead out of the prefix.

/** S3’s limit for a key in UTF-8 (https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html). */
export const maxKeyBytes = 1024;

/**
 * A partition value that Hive readers decode to `text`. ASCII characters other than letters, digits, `_`, `-` and `.` are
 * percent-encoded, and so are control characters. Other letters stay, because readers disagree on encoded ones. @throws
 * RangeError for text that is not valid Unicode (half of a surrogate pair): it has no form in a key.
 */
export function encodeValue(text: string): string {
  if (!text.isWellFormed()) throw new RangeError('not well-formed Unicode');
  return text.replaceAll(/[^\w.\-\u{a0}-\u{10ffff}]|[\u2028\u2029\ufeff\ufffe\uffff]/gu, (char) => {
    return [...Buffer.from(char)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
  });
}

/** The text that was encoded. Undefined for a name that is not percent-encoded. */
export function decodedValue(name: string): string | undefined {
  try {
    return decodeURIComponent(name);
  } catch {
    return undefined;
  }
}

/**
 * `encodeValue` for a complete folder or file name: dots alone (`..`) would lead HTTP clients up, so they are encoded too.
 * @throws RangeError as `encodeValue` does, and for an empty text.
 */
export function encodeName(text: string): string {
  if (text === '') throw new RangeError('an empty name');
  const name = encodeValue(text);
  return /^\.+$/u.test(name) ? name.replaceAll('.', '%2E') : name;
}
