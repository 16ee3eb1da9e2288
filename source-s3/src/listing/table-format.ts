// Recognises table formats by the folders they keep their logs in. Their plain files hold rows that were deleted.

const icebergMetadata = /(?:^|\/)metadata\/[^/]*(?:\.metadata\.json(?:\.gz)?|version-hint\.text)$/u;
const jsonInMetadata = /(?:^|\/)metadata\/[^/]*\.json$/u;

/** Folders whose first keys tell a table format. */
export const logFolders = ['_delta_log/', '.hoodie/', 'metadata/'] as const;

/**
 * The name of the format that a key, or a folder with its `/`, belongs to, at whatever depth; undefined for plain files.
 * `jsonIsData`: of a table of JSON files only Iceberg's own names tell, else any JSON file in a folder `metadata` does.
 */
export function tableFormat(path: string, { jsonIsData }: { readonly jsonIsData: boolean }): string | undefined {
  if (/(?:^|\/)_delta_log\//u.test(path)) return 'Delta Lake';
  if (/(?:^|\/)\.hoodie\//u.test(path)) return 'Hudi';
  return icebergMetadata.test(path) || (!jsonIsData && jsonInMetadata.test(path)) ? 'Iceberg' : undefined;
}
