// A column, or a group of columns, in a footer. https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
// (SchemaElement, LogicalType)
import { schemaElement, timeType } from './footer-fields.ts';
import { ThriftDamage, types, type ThriftBytes } from './thrift.ts';

export type SchemaElement = {
  readonly name: string;
  readonly isRepeated: boolean;
  /** Only for a leaf. */
  readonly physicalType: PhysicalType | undefined;
  /** The older annotation, by its number. */
  readonly convertedType: number | undefined;
  /** The newer annotation. Also undefined for one that the engine does not know. */
  readonly logicalType: LogicalType | undefined;
  /** For a decimal; otherwise 0. */
  readonly precision: number;
  /** The number of following elements directly in it, not counting those inside them. */
  readonly children: number;
};

const physicalTypes = [
  'BOOLEAN',
  'INT32',
  'INT64',
  'INT96',
  'FLOAT',
  'DOUBLE',
  'BYTE_ARRAY',
  'FIXED_LEN_BYTE_ARRAY',
] as const;
type PhysicalType = (typeof physicalTypes)[number];

export const convertedTimestamps: readonly number[] = [9, 10]; // TIMESTAMP_MILLIS, TIMESTAMP_MICROS

/** `number`: its field of the union. */
type LogicalType = { readonly number: number; readonly isUtc: boolean; readonly isNanoseconds: boolean };

export const logicalTypes = { string: 1, enumeration: 4, time: 7, timestamp: 8, unknown: 11, json: 12 } as const;
const isKnown = (number: number): boolean => number >= 1 && number <= 18 && number !== 9;
const nanosecondsUnit = 3;
const repeated = 2;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The element that begins here. */
export function readElement(footer: ThriftBytes): SchemaElement {
  let [physical, repetition, children, convertedType, precision]: (number | undefined)[] = [];
  let name: string | undefined;
  let logicalType: LogicalType | undefined;
  for (const { id, type } of footer.fields()) {
    if (id === schemaElement.name && type === types.binary) name = textOf(footer.binary());
    else if (id === schemaElement.logical_type && type === types.struct) logicalType = readLogicalType(footer);
    else if (type !== types.i32) continue;
    else if (id === schemaElement.type) physical = footer.number();
    else if (id === schemaElement.repetition_type) repetition = footer.number();
    else if (id === schemaElement.num_children) children = footer.number();
    else if (id === schemaElement.converted_type) convertedType = footer.number();
    else if (id === schemaElement.precision) precision = footer.number();
  }
  if (name === undefined) throw new ThriftDamage('a column has no name');
  return {
    name,
    isRepeated: repetition === repeated,
    physicalType: physical === undefined ? undefined : physicalTypes[physical],
    convertedType,
    logicalType,
    precision: precision ?? 0,
    children: children ?? 0,
  };
}

/** A union: a struct with one field. */
function readLogicalType(footer: ThriftBytes): LogicalType | undefined {
  let found: LogicalType | undefined;
  for (const { id, type } of footer.fields()) {
    if (type !== types.struct || !isKnown(id)) continue;
    const isOfTime = id === logicalTypes.time || id === logicalTypes.timestamp;
    found = { number: id, ...(isOfTime ? readTimeType(footer) : { isUtc: false, isNanoseconds: false }) };
  }
  return found;
}

/** TimeType and TimestampType are equal. */
function readTimeType(footer: ThriftBytes): Pick<LogicalType, 'isUtc' | 'isNanoseconds'> {
  let [isUtc, isNanoseconds] = [false, false];
  for (const { id, type } of footer.fields()) {
    if (id === timeType.is_adjusted_to_utc) isUtc = type === types.isTrue;
    else if (id === timeType.unit && type === types.struct) {
      for (const unit of footer.fields()) isNanoseconds = unit.id === nanosecondsUnit;
    }
  }
  return { isUtc, isNanoseconds };
}

function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new ThriftDamage('the name of a column is not UTF-8');
  }
}
