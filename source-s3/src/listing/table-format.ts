// Recognises table formats by the folders of their logs. Their files still contain deleted rows.

const icebergMetadata = /(?:^|\/)metadata\/[^/]*(?:\.metadata\.json(?:\.gz)?|version-hint\.text)$/u;
const jsonInMetadata = /(?:^|\/)metadata\/[^/]*\.json$/u;

/** Folders whose first keys show a table format. */
export const logFolders = ['_delta_log/', '.hoodie/', 'metadata/'] as const;

/**
 * The name of the format of a key, or of a folder with its `/`, at any depth. Undefined for plain files. `jsonIsData`: in a table
 * of JSON files only Iceberg's own names show it; otherwise any JSON file in a folder `metadata` does.
 */
export function tableFormat(path: string, { jsonIsData }: { readonly jsonIsData: boolean }): string | undefined {
  if (/(?:^|\/)_delta_log\//u.test(path)) return 'Delta Lake';
  if (/(?:^|\/)\.hoodie\//u.test(path)) return 'Hudi';
  return icebergMetadata.test(path) || (!jsonIsData && jsonInMetadata.test(path)) ? 'Iceberg' : undefined;
}
