// Keeps nanoseconds, for which the engine has no type: it cuts instants and times of day to microseconds. So our local copy of the
// footer declares an instant as local, which keeps it exactly, a time of day as a number, and an INT96 as an interval, which has as
// many bytes. We remember the true types.
import { schemaElement, timeType } from './footer/footer-fields.ts';
import { isInt96, isNanosecondInstant, isNanosecondTime, nodesOf, type SchemaNode } from './footer/schema-tree.ts';
import { logicalTypes } from './footer/schema-element.ts';
import { ThriftBytes, types } from './footer/thrift.ts';
import { ThriftWriter } from './footer/thrift-writer.ts';

const nothing = new Uint8Array();
/** Numbers of the specification: FIXED_LEN_BYTE_ARRAY, the converted type INTERVAL, and NANOS in the union TimeUnit. */
const [fixedBytes, interval, nanos] = [7, 21, 3];
const intervalBytes = 12;

/** The schema of a footer (the value of its field, a list of SchemaElement) in our local copies. `root`: the same as a tree. */
export function keepNanoseconds(schema: Uint8Array, root: SchemaNode): Uint8Array {
  const nodes = nodesOf(root);
  if (!nodes.some(isChanged)) return schema;
  const source = new ThriftBytes(schema, 0);
  source.list();
  const writer = new ThriftWriter();
  const head = schema.subarray(0, source.at);
  for (const node of nodes) writer.item(() => (isChanged(node) ? change(source, node, writer) : copy(source, writer)));
  return Buffer.concat([head, writer.bytes(), schema.subarray(source.at)]);
}

function isChanged(node: SchemaNode): boolean {
  return node.children.length === 0 && (isInt96(node) || isNanosecondInstant(node) || isNanosecondTime(node));
}

/** Copies the fields of an element, except some. */
function copy(source: ThriftBytes, writer: ThriftWriter, except: readonly number[] = []): void {
  for (const { id, type, at } of source.fields()) {
    source.skip(type, 0);
    if (!except.includes(id)) writer.copy(id, type, source.bytes.subarray(at, source.at));
  }
}

function change(source: ThriftBytes, node: SchemaNode, writer: ThriftWriter): void {
  const { type, type_length: length, converted_type: converted, logical_type: logical } = schemaElement;
  if (isInt96(node)) {
    writer.i32(type, fixedBytes);
    writer.i32(length, intervalBytes);
    copy(source, writer, [type, length, converted, logical]);
    writer.i32(converted, interval);
    return;
  }
  copy(source, writer, [logical]); // A time of day is then a number.
  if (!isNanosecondInstant(node)) return;
  writer.struct(logical, () => {
    writer.struct(logicalTypes.timestamp, () => {
      writer.copy(timeType.is_adjusted_to_utc, types.isFalse, nothing);
      writer.struct(timeType.unit, () => writer.struct(nanos, () => undefined));
    });
  });
}
