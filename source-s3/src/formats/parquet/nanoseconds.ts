// Keeps nanoseconds, for which the engine has no type: it cuts instants and times of day to microseconds. So our local copy of the
// footer declares an instant as local, which keeps it exactly, a time of day as a number, and an INT96 as an interval, which has as
// many bytes. We remember the true types.
import { schemaElement } from './footer/footer-fields.ts';
import { isInt96, isNanosecondInstant, isNanosecondTime, type SchemaNode } from './footer/schema-tree.ts';
import { ThriftBytes, ThriftDamage } from './footer/thrift.ts';

/** Bytes of a footer that declare a type, and the changed byte. */
type Change = { readonly bytes: Buffer; readonly at: number; readonly to: number };

/**
 * LogicalType.TIMESTAMP(isAdjustedToUTC = true, unit = NANOS) in Thrift's compact protocol, as every writer must write it: field 8
 * (struct), field 1 (true), field 2 (struct), field 3 (struct), and the ends of four structs. The change makes "true" "false".
 */
const instant: Change = { bytes: Buffer.from([0x8c, 0x11, 0x1c, 0x3c, 0, 0, 0, 0]), at: 1, to: 0x12 };

/** LogicalType.TIME is field 7. The change makes it field 9, which has no meaning. */
const times: readonly Change[] = [0x11, 0x12].map((utc) => {
  return { bytes: Buffer.from([0x7c, utc, 0x1c, 0x3c, 0, 0, 0, 0]), at: 0, to: 0x9c };
});

/** The number of leaves in nanoseconds that would be cut. */
type NanosecondLeaves = { readonly instants: number; readonly times: number; readonly int96: number };

export function countNanosecondLeaves(node: SchemaNode): NanosecondLeaves {
  if (node.children.length === 0)
    return {
      instants: Number(isNanosecondInstant(node)),
      times: Number(isNanosecondTime(node)),
      int96: Number(isInt96(node)),
    };
  const counts = node.children.map((child) => countNanosecondLeaves(child));
  const sum = (which: keyof NanosecondLeaves): number => counts.reduce((total, count) => total + count[which], 0);
  return { instants: sum('instants'), times: sum('times'), int96: sum('int96') };
}

/**
 * The schema of a footer (the value of its field) in our local copies. @throws ThriftDamage if the types are not found, because
 * their last three digits would be lost.
 */
export function keepNanoseconds(schema: Uint8Array, leaves: NanosecondLeaves): Buffer {
  const changed = Buffer.from(schema);
  change(changed, leaves.instants, [instant]);
  change(changed, leaves.times, times);
  return leaves.int96 > 0 ? int96AsInterval(changed) : changed;
}

/** Fields of a SchemaElement with explicit numbers: type_length (2) is 12, converted_type (6) is INTERVAL. */
const intervalFields = Buffer.from([0x05, 0x04, 0x18, 0x05, 0x0c, 0x2a]);
const [int96Type, fixedBytesType] = [0x06, 0x0e];

/** The schema is a list of SchemaElement, whose first field is the type. It becomes longer. */
function int96AsInterval(schema: Buffer): Buffer {
  const pieces: Buffer[] = [];
  let from = 0;
  for (const { typeAt, end } of schemaElements(schema)) {
    if (schema[typeAt] !== int96Type) continue;
    schema[typeAt] = fixedBytesType;
    pieces.push(schema.subarray(from, end), intervalFields);
    from = end;
  }
  return Buffer.concat([...pieces, schema.subarray(from)]);
}

/** The position of each element's type (-1: it has none), and the mark of its end. */
function* schemaElements(schema: Buffer): Generator<{ readonly typeAt: number; readonly end: number }> {
  const thrift = new ThriftBytes(schema, 0);
  const { items } = thrift.list();
  for (let item = 0; item < items; item++) {
    let typeAt = -1;
    for (const field of thrift.fields()) if (field.id === schemaElement.type) typeAt = field.at;
    yield { typeAt, end: thrift.at - 1 };
  }
}

function change(schema: Buffer, count: number, changes: readonly Change[]): void {
  let from = 0;
  for (let done = 0; done < count; done++) {
    const found = changes.flatMap((one) => {
      const index = schema.indexOf(one.bytes, from);
      return index === -1 ? [] : [{ ...one, index }];
    });
    const [first] = found.sort((a, b) => a.index - b.index);
    if (first === undefined) throw new ThriftDamage('its nanoseconds cannot be kept exactly');
    schema[first.index + first.at] = first.to;
    from = first.index + first.bytes.length;
  }
}
