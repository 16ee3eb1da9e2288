// Recognises table formats by the folders they keep their logs in. Their plain files hold rows that were deleted.

/** The name of the format that a key, or a folder with its `/`, belongs to, at whatever depth; undefined for plain files. */
export function tableFormat(path: string): string | undefined {
  if (/(?:^|\/)_delta_log\//u.test(path)) return 'Delta Lake';
  if (/(?:^|\/)\.hoodie\//u.test(path)) return 'Hudi';
  return /(?:^|\/)metadata\/[^/]*(?:\.metadata\.json(?:\.gz)?|version-hint\.text)$/u.test(path) ? 'Iceberg' : undefined;
}
