// The footers of our local copies: of one row group, with only what the engine needs. For files with thousands of row groups, the
// engine would take a hundred times the footer's size in memory, outside its bound, and again for each row group.
import type { FooterParts } from './footer.ts';
import { columnChunk, columnMetaData, fileMetaData, keyValue, rowGroup } from './footer-fields.ts';
import { uncompressedBytes, type RowGroup } from './row-group.ts';
import { types } from './thrift.ts';
import { ThriftWriter } from './thrift-writer.ts';

export const magic = Buffer.from('PAR1');

/** FileMetaData with one row group or none, its length, and the magic. */
export function localFooter(parts: FooterParts, group?: RowGroup): Buffer {
  const writer = new ThriftWriter();
  const fields = fileMetaData;
  writer.i32(fields.version, parts.version);
  writer.copy(fields.schema, types.list, parts.schema);
  writer.i64(fields.num_rows, group?.rows ?? 0);
  writer.structs(fields.row_groups, group === undefined ? [] : [group], (one) => writeGroup(writer, one));
  const { geo, createdBy } = parts;
  if (geo !== undefined) {
    writer.structs(fields.key_value_metadata, [geo], (value) => {
      writer.text(keyValue.key, Buffer.from('geo'));
      writer.text(keyValue.value, value);
    });
  }
  if (createdBy !== undefined) writer.text(fields.created_by, createdBy);
  writer.stop();
  const footer = writer.bytes();
  const length = Buffer.alloc(4);
  length.writeUInt32LE(footer.length);
  return Buffer.concat([footer, length, magic]);
}

function writeGroup(writer: ThriftWriter, { chunks, rows }: RowGroup): void {
  const fields = columnMetaData;
  writer.structs(rowGroup.columns, chunks, (chunk) => {
    writer.i64(columnChunk.file_offset, 0); // Unused since format 2.11, but required.
    writer.struct(columnChunk.meta_data, () => {
      writer.i32(fields.type, chunk.kind);
      writer.nothing(fields.encodings, types.i32); // The pages have them, too.
      writer.nothing(fields.path_in_schema, types.binary); // Chunks are in the order of the schema.
      writer.i32(fields.codec, chunk.codec);
      writer.i64(fields.num_values, chunk.numValues);
      writer.i64(fields.total_uncompressed_size, chunk.totalUncompressedSize);
      writer.i64(fields.total_compressed_size, chunk.end - chunk.start);
      writer.i64(fields.data_page_offset, chunk.dataPageOffset);
      if (chunk.dictionaryPageOffset !== undefined) {
        writer.i64(fields.dictionary_page_offset, chunk.dictionaryPageOffset);
      }
    });
  });
  writer.i64(rowGroup.total_byte_size, uncompressedBytes(chunks));
  writer.i64(rowGroup.num_rows, rows);
}
