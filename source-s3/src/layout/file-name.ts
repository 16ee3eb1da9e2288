// What the name of a file means: its format, compression and part. Pure. It generates a table of docs/reference/formats.md.

/** By `data_format.format`. A name without an extension is read as any format. */
export const formatExtensions = {
  parquet: ['parquet', 'parq', 'pq'],
  csv: ['csv', 'tsv', 'tab', 'psv', 'txt', 'dat'],
  jsonl: ['jsonl', 'ndjson', 'json', 'jsonlines', 'ldjson'],
  avro: ['avro'],
} as const;

export type FormatName = keyof typeof formatExtensions;

/** The names of a format. A compressible format is also read from compressed files whose names show nothing else. */
export type Naming = { readonly extensions: readonly string[]; readonly compressible: boolean };

export function namingOf(format: FormatName): Naming {
  return { extensions: formatExtensions[format], compressible: format === 'csv' || format === 'jsonl' };
}

/** Extensions of compressions, supported or not. The first bytes decide. */
export const compressionExtensions: ReadonlySet<string> = new Set(
  'gz gzip zst zstd bz2 bzip2 xz lzma lz4 snappy sz deflate zz zip br z lzo lzop'.split(' '),
);

/** A part's number, as in `csv.0001`, or Spark's, as in `part-00000.c000`. */
const partNumber = /^(?:c?\d+)$/u;
/** A part's number directly after the extension, as Redshift writes it: `csv000`. One digit makes another extension: `json5`. */
const numbered = /^([a-z]+)\d{2,}$/u;

/** In lower case, without the dot and without the mark that editors add to the names of copies. Undefined if there is none. */
export function extensionOf(name: string): string | undefined {
  return /\.([A-Za-z0-9]+[~#]?)$/u.exec(name)?.[1]?.toLowerCase();
}

type Split = { readonly stem: string; readonly extension: string | undefined };

/**
 * The extension of the format, according to `isKnown`, without compression and part numbers after it. Undefined if there is none.
 */
function splitName(name: string, isKnown: (extension: string) => boolean): Split {
  let rest = name;
  for (;;) {
    const last = extensionOf(rest);
    if (last === undefined) return { stem: name, extension: undefined };
    const stem = rest.slice(0, -last.length - 1);
    const base = numbered.exec(last)?.[1];
    const extension = base !== undefined && !isKnown(last) && isKnown(base) ? base : last;
    if (isKnown(extension) || !(compressionExtensions.has(last) || partNumber.test(last))) return { stem, extension };
    rest = stem;
  }
}

const allExtensions: ReadonlySet<string> = new Set(Object.values(formatExtensions).flat());

/** `users` for `users.csv.gz`: the name without format, compression and part; or else without compression. */
export function stemOf(name: string): string {
  const { stem, extension } = splitName(name, (one) => allExtensions.has(one));
  if (extension !== undefined && allExtensions.has(extension)) return stem;
  const last = extensionOf(name);
  return last !== undefined && compressionExtensions.has(last) ? stemOf(name.slice(0, -last.length - 1)) : name;
}

/** The extension of another or unknown format. Undefined if the file is of this format. */
export function foreignExtension(name: string, { extensions, compressible }: Naming): string | undefined {
  const { extension } = splitName(name, (one) => extensions.includes(one));
  if (extension !== undefined) return extensions.includes(extension) ? undefined : extension;
  // Nothing shows the format. A compressed file is not a Parquet or Avro file.
  const last = extensionOf(name);
  return !compressible && last !== undefined && compressionExtensions.has(last) ? last : undefined;
}

/** The formats that have the extension. */
export function formatsOf(extension: string): readonly FormatName[] {
  return (Object.keys(formatExtensions) as FormatName[]).filter((format) =>
    (formatExtensions[format] as readonly string[]).includes(extension),
  );
}

/** Extensions that a format has and that show nothing by themselves. */
export const vagueExtensions: ReadonlySet<string> = new Set(['txt', 'dat']);

/** `.csv.gz` for `a/b.csv.gz`, in lower case; "" if there is none. */
export function shownExtension(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const last = extensionOf(name);
  if (last === undefined) return '';
  const before = compressionExtensions.has(last) ? extensionOf(name.slice(0, -last.length - 1)) : undefined;
  return `${before === undefined ? '' : `.${before}`}.${last}`;
}

/** Files that writers put next to their data, by writer. */
export const sideFiles: readonly { readonly writer: string; readonly names: string; readonly pattern: RegExp }[] = [
  { writer: 'Redshift UNLOAD … MANIFEST', names: '`manifest`, `…manifest`', pattern: /^[^.]*manifest$/u },
  {
    writer: 'DynamoDB export to S3',
    names: '`manifest-files.json`, `manifest-summary.json`',
    pattern: /^manifest-(?:files|summary)\.(?:json|md5)$/u,
  },
  {
    writer: 'S3 Inventory',
    names: '`symlink.txt`, `manifest.json`, `manifest.checksum`',
    pattern: /^(?:symlink\.txt|manifest\.(?:json|checksum))$/u,
  },
  {
    writer: 'Athena',
    names: '`…-manifest.csv`, `….metadata`',
    pattern: /(?:-manifest\.csv|\.metadata)$/u,
  },
];

export function isSideFile(name: string): boolean {
  if (!/manifest|metadata|symlink/u.test(name)) return false; // Nearly all names, and there can be millions.
  return sideFiles.some(({ pattern }) => pattern.test(name));
}
