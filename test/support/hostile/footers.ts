// Parquet files that are nearly all footer: from writers with small row groups, and as no one makes them except to do harm.
import { ThriftBytes, types } from '../../../source-s3/src/formats/parquet/footer/thrift.ts';

const magic = Buffer.from('PAR1');

function footerOf(body: Buffer): { readonly data: Buffer; readonly footer: Buffer } {
  const start = body.length - 8 - body.readUInt32LE(body.length - 8);
  return { data: body.subarray(0, start), footer: body.subarray(start, -8) };
}

function withFooter(data: Buffer, footer: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(footer.length);
  return Buffer.concat([data, footer, length, magic]);
}

/** Where the value of a field of the footer's struct begins and ends. */
function placeOf(footer: Buffer, field: number): readonly [number, number] {
  const thrift = new ThriftBytes(footer, 0);
  let begun = -1;
  for (const { id, at } of thrift.fields()) {
    if (begun >= 0) return [begun, thrift.at];
    if (id === field) {
      begun = at;
      thrift.skip(types.list, 0);
      return [begun, thrift.at];
    }
  }
  throw new Error(`the footer has no field ${field}`);
}

function listHead(items: number, type: number): Buffer {
  return Buffer.concat([Buffer.from([0xf0 | type]), varint(items)]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 128; left = Math.floor(left / 128)) bytes.push((left % 128) | 128);
  return Buffer.from([...bytes, left]);
}

/** The file with its only row group described `times` times, including statistics. Each has the same rows. */
export function repeatedGroups(body: Buffer, times: number): Buffer {
  const { data, footer } = footerOf(body);
  const [start, end] = placeOf(footer, 4);
  const group = footer.subarray(start + 1, end); // After the head of a list of one.
  const groups = Buffer.alloc(group.length * times, group);
  const list = [listHead(times, types.struct), groups];
  return withFooter(data, Buffer.concat([footer.subarray(0, start), ...list, footer.subarray(end)]));
}

/** The list in a field of the file's footer replaced by `bytes` of the same item over and over. */
export function repeatedItems(body: Buffer, field: number, item: Buffer, bytes: number): Buffer {
  const { data, footer } = footerOf(body);
  const [start, end] = placeOf(footer, field);
  const times = Math.floor(bytes / item.length);
  const list = [listHead(times, types.struct), Buffer.alloc(times * item.length, item)];
  return withFooter(data, Buffer.concat([footer.subarray(0, start), ...list, footer.subarray(end)]));
}

/** The file without row groups, and with that many columns of numbers, each with its own name of `nameBytes`. */
export function longNames(body: Buffer, columns: number, nameBytes: number): Buffer {
  return withSchema(body, [groupElement(columns), ...leafElements(columns, nameBytes)]);
}

/** The file without row groups, and with that many columns of numbers inside `levels` structs. */
export function deepColumns(body: Buffer, columns: number, levels: number): Buffer {
  const structs = Array.from({ length: levels }, (_, level) => groupElement(level === levels - 1 ? columns : 1));
  return withSchema(body, [groupElement(1), ...structs, ...leafElements(columns, 5)]);
}

function withSchema(body: Buffer, elements: readonly Buffer[]): Buffer {
  const { data, footer } = footerOf(repeatedItems(body, 4, Buffer.alloc(1), 0));
  const [start, end] = placeOf(footer, 2);
  const list = [listHead(elements.length, types.struct), ...elements];
  return withFooter(data, Buffer.concat([footer.subarray(0, start), ...list, footer.subarray(end)]));
}

function groupElement(children: number): Buffer {
  return Buffer.concat([Buffer.from('350218016115', 'hex'), varint(children * 2), Buffer.from([0])]);
}

function leafElements(columns: number, nameBytes: number): readonly Buffer[] {
  return Array.from({ length: columns }, (_, index) =>
    Buffer.concat([
      Buffer.from('1502250218', 'hex'),
      varint(nameBytes),
      Buffer.from(String(index).padStart(nameBytes, 'n')),
      Buffer.from([0]),
    ]),
  );
}

/** The smallest column chunk. */
const chunk = Buffer.from('3c450016001600160026000000', 'hex');

/** Items that take most memory per byte, by their field of the footer. */
export const hostileItems = {
  'of tiny columns': [2, Buffer.from('48016100', 'hex')],
  'of row groups without columns': [4, Buffer.from('190c260200', 'hex')],
  'of a row group with a million columns': [
    4,
    Buffer.concat([
      Buffer.from([0x19]),
      listHead(1_000_000, types.struct),
      Buffer.alloc(13_000_000, chunk),
      Buffer.from('260200', 'hex'),
    ]),
  ],
  'of row groups with one column each': [
    4,
    Buffer.concat([Buffer.from('191c', 'hex'), chunk, Buffer.from('260200', 'hex')]),
  ],
  'of empty metadata': [5, Buffer.from('1800180000', 'hex')],
} as const;
