// The footers of our local copies: of one row group, with what the engine needs of it and nothing else. It would take a hundred
// times their size in memory, and outside of its bound, to understand those of files with thousands of row groups, and would do
// that again for each of them.
import type { FooterParts } from './footer.ts';
import type { RowGroup } from './row-group.ts';
import { types } from './thrift.ts';
import { ThriftWriter } from './thrift-writer.ts';

export const magic = Buffer.from('PAR1');

/** FileMetaData with one row group or none, its length, and the magic. */
export function localFooter(parts: FooterParts, group?: RowGroup): Buffer {
  const writer = new ThriftWriter();
  writer.i32(1, parts.version);
  writer.copy(2, types.list, parts.schema);
  writer.i64(3, group?.rows ?? 0);
  writer.structs(4, group === undefined ? [] : [group], (one) => writeGroup(writer, one));
  const { geo, createdBy } = parts;
  if (geo !== undefined) {
    writer.structs(5, [geo], (value) => {
      writer.text(1, Buffer.from('geo'));
      writer.text(2, value);
    });
  }
  if (createdBy !== undefined) writer.text(6, createdBy);
  writer.stop();
  const footer = writer.bytes();
  const length = Buffer.alloc(4);
  length.writeUInt32LE(footer.length);
  return Buffer.concat([footer, length, magic]);
}

/** RowGroup: columns, total_byte_size, num_rows. */
function writeGroup(writer: ThriftWriter, { chunks, rows }: RowGroup): void {
  writer.structs(1, chunks, (chunk) => {
    writer.i64(2, 0); // file_offset, of no use since format 2.11, and required.
    writer.struct(3, () => {
      writer.i32(1, chunk.kind);
      writer.nothing(2, types.i32); // Encodings stand in the pages too.
      writer.nothing(3, types.binary); // The path: chunks stand in the order of the schema.
      writer.i32(4, chunk.codec);
      writer.i64(5, chunk.values);
      writer.i64(6, chunk.bytes);
      writer.i64(7, chunk.end - chunk.start);
      writer.i64(9, chunk.data);
      if (chunk.dictionary !== undefined) writer.i64(11, chunk.dictionary);
    });
  });
  writer.i64(
    2,
    chunks.reduce((sum, { bytes }) => sum + bytes, 0),
  );
  writer.i64(3, rows);
}
