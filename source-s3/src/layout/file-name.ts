// What the name of a file says: of which format it is, and what writers put behind that. Pure; a table of docs/reference/formats.md is
// made of it.

/** By `data_format.format`. A name without an extension is read as any format. */
export const formatExtensions = {
  parquet: ['parquet', 'parq', 'pq'],
  csv: ['csv', 'tsv', 'tab', 'psv', 'txt', 'dat'],
  jsonl: ['jsonl', 'ndjson', 'json', 'jsonlines', 'ldjson'],
  avro: ['avro'],
} as const;

export type FormatName = keyof typeof formatExtensions;

/** Which names are a format's; a compressible one is read from compressed files whose names tell nothing else. */
export type Naming = { readonly extensions: readonly string[]; readonly compressible: boolean };

export function namingOf(format: FormatName): Naming {
  return { extensions: formatExtensions[format], compressible: format === 'csv' || format === 'jsonl' };
}

/** Extensions that say how a file is compressed, read or not: the first bytes decide. */
export const compressionExtensions: ReadonlySet<string> = new Set(
  'gz gzip zst zstd bz2 bzip2 xz lzma lz4 snappy sz deflate zz zip br z lzo lzop'.split(' '),
);

/** A part's number, as `csv.0001`, or Spark's, as `part-00000.c000`. */
const partNumber = /^(?:c?\d+)$/u;
/** A part's number right behind the extension, as Redshift has it: `csv000`. One digit is another extension: `json5`. */
const numbered = /^([a-z]+)\d{2,}$/u;

/** Lower case, without the dot, with the mark that editors put behind the names of copies; undefined when there is none. */
export function extensionOf(name: string): string | undefined {
  return /\.([A-Za-z0-9]+[~#]?)$/u.exec(name)?.[1]?.toLowerCase();
}

type Split = { readonly stem: string; readonly extension: string | undefined };

/** The extension of the format, of which `isKnown` tells, without compression and part numbers behind it; undefined for none. */
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

/** `users` of `users.csv.gz`: the name without what says the format, the compression and the part; else without compression. */
export function stemOf(name: string): string {
  const { stem, extension } = splitName(name, (one) => allExtensions.has(one));
  if (extension !== undefined && allExtensions.has(extension)) return stem;
  const last = extensionOf(name);
  return last !== undefined && compressionExtensions.has(last) ? stemOf(name.slice(0, -last.length - 1)) : name;
}

/** The extension by which a file is of another format, or of one that is not known; undefined where it is this format's. */
export function foreignExtension(name: string, { extensions, compressible }: Naming): string | undefined {
  const { extension } = splitName(name, (one) => extensions.includes(one));
  if (extension !== undefined) return extensions.includes(extension) ? undefined : extension;
  // Nothing tells the format. A compressed file is no Parquet or Avro file.
  const last = extensionOf(name);
  return !compressible && last !== undefined && compressionExtensions.has(last) ? last : undefined;
}

/** The formats that have the extension. */
export function formatsOf(extension: string): readonly FormatName[] {
  return (Object.keys(formatExtensions) as FormatName[]).filter((format) =>
    (formatExtensions[format] as readonly string[]).includes(extension),
  );
}

/** Extensions that a format has and that say nothing by themselves. */
export const vagueExtensions: ReadonlySet<string> = new Set(['txt', 'dat']);

/** `.csv.gz` of `a/b.csv.gz`, in lower case; "" when there is none. */
export function shownExtension(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const last = extensionOf(name);
  if (last === undefined) return '';
  const before = compressionExtensions.has(last) ? extensionOf(name.slice(0, -last.length - 1)) : undefined;
  return `${before === undefined ? '' : `.${before}`}.${last}`;
}

/** Files that writers put beside their data, by writer. */
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
  if (!/manifest|metadata|symlink/u.test(name)) return false; // Nearly all names, of which there can be millions.
  return sideFiles.some(({ pattern }) => pattern.test(name));
}
