// The pages of a column chunk in a local file, by their headers: their size, their number of values, and whether their bytes are
// intact. The engine checks no checksums, so those of Spark, Hive and other writers are checked here.
// https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift (PageHeader)
import { crc32 } from 'node:zlib';

import type { ByteRange } from './footer/row-group.ts';
import { dataPageHeader, pageHeader } from './footer/footer-fields.ts';
import { ThriftBytes, ThriftDamage, types } from './footer/thrift.ts';

/** `start` to `end`: its stored bytes after the header. */
type Page = ByteRange & {
  readonly isDictionary: boolean;
  /** With nulls, and with empty lists. 0 for a page without values of the column's rows. */
  readonly values: number;
  /** Unpacked. */
  readonly bytes: number;
  /** Of the stored bytes. Not every writer adds one. */
  readonly checksum: number | undefined;
};

/** Bytes of a file from a position on, up to a length. */
export type ReadBytes = (at: number, length: number) => Promise<Buffer>;

const dictionaryPage = 2;
const windowBytes = 16 * 1024; // Many small pages, or the header of a large one.
const maxHeaderBytes = 16 * 1024 * 1024; // A header can have the least and the greatest text of its page.
const checkedBytes = 1024 * 1024;

/**
 * In their order. Ends early if there is no header: the engine then reports what is wrong. Holds 16 KiB, or a header that is
 * longer.
 */
export async function* pagesOf(read: ReadBytes, { start, end }: ByteRange): AsyncGenerator<Page> {
  let window: { readonly start: number; readonly bytes: Buffer } = { start, bytes: Buffer.alloc(0) };
  let length = windowBytes;
  for (let at = start; at < end;) {
    const page = pageAt(window.bytes, at - window.start, at);
    if (page !== undefined) {
      yield page;
      at = page.end;
      length = windowBytes;
    } else {
      if (length > maxHeaderBytes) return;
      window = { start: at, bytes: await read(at, Math.min(length, end - at)) };
      length *= 16; // In case the header continues after that.
    }
  }
}

/**
 * The page whose header begins at `index` of `bytes`, which is `at` in the file. Undefined if the header continues after the bytes.
 */
function pageAt(bytes: Buffer, index: number, at: number): Page | undefined {
  const header = new ThriftBytes(bytes, index);
  let [type, unpacked, stored, checksum]: (number | undefined)[] = [];
  let values = 0;
  try {
    for (const field of header.fields()) {
      if (field.id === pageHeader.data_page_header || field.id === pageHeader.data_page_header_v2)
        values = numValues(header);
      else if (field.type !== types.i32) continue;
      else if (field.id === pageHeader.type) type = header.number();
      else if (field.id === pageHeader.uncompressed_page_size) unpacked = header.number();
      else if (field.id === pageHeader.compressed_page_size) stored = header.number();
      else if (field.id === pageHeader.crc) checksum = header.number() >>> 0; // Signed in Thrift.
    }
  } catch (error) {
    if (error instanceof ThriftDamage) return undefined;
    throw error;
  }
  if (unpacked === undefined || stored === undefined || unpacked < 0 || stored < 0) return undefined;
  const start = at + header.at - index;
  return { start, end: start + stored, isDictionary: type === dictionaryPage, values, bytes: unpacked, checksum };
}

/** For the header of a data page that begins here. */
function numValues(header: ThriftBytes): number {
  let number = 0;
  for (const { id, type } of header.fields())
    if (id === dataPageHeader.num_values && type === types.i32) number = header.number();
  return number;
}

/** Whether the stored bytes match the checksum. Holds 1 MiB. */
export async function isIntact(read: ReadBytes, { start, end, checksum }: Page): Promise<boolean> {
  if (checksum === undefined) return true;
  let found = 0;
  for (let at = start; at < end; at += checkedBytes) {
    found = crc32(await read(at, Math.min(checkedBytes, end - at)), found);
  }
  return found === checksum;
}
