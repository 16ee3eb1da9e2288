// Avro values as JSON: for each type a function that reads a value from a block and writes it to a line, as the type that the
// catalog declares. Made once for each file.
import { isUtf8 } from 'node:buffer';

import type { ColumnType } from '@s3-connectors/common/columns/column-type.ts';

import { castJson } from '../../casts/json-cast.ts';
import { AvroDamage, type AvroBytes } from './avro-bytes.ts';
import { scalarColumn, type AvroScalar } from './avro-columns.ts';
import { nullText, pass, type AvroRow, type WriteValue } from './avro-row.ts';
import { castFloatWriter, isFloat, scalarWriter } from './avro-scalars.ts';
import type { AvroRecord, AvroType } from './avro-schema.ts';

const [comma, openArray, closeArray, openObject, closeObject, colon] = [',', '[', ']', '{', '}', ':'].map((text) =>
  Buffer.from(text),
) as [Buffer, Buffer, Buffer, Buffer, Buffer, Buffer];
/** A few bytes can represent any number of nulls. */
const maxRowBytes = 64 * 1024 * 1024;

/** Writers for the types of one file. */
export class AvroWriters {
  readonly #whole = new Map<AvroRecord, WriteValue>();

  /** `target`: the catalog's type, or undefined for the value unchanged; `field`: its dotted path. */
  writer(type: AvroType, target: ColumnType | undefined, field: string): WriteValue {
    switch (type.kind) {
      case 'union':
        return unionWriter(type.branches.map((branch) => this.writer(branch, target, field)));
      case 'record':
        return this.#record(type, target, field);
      case 'array':
        if (target !== undefined && target.kind !== 'list') return this.#cast(type, target, field);
        return arrayWriter(this.writer(type.items, target?.items, field));
      case 'map':
        if (target !== undefined && target.kind !== 'map') return this.#cast(type, target, field);
        return mapWriter(this.writer(type.values, target?.value, field));
      default:
        if (target === undefined || fits(scalarColumn(type), target)) return scalarWriter(type, field);
        return isFloat(type) && (target.kind === 'string' || target.kind === 'integer')
          ? castFloatWriter(type, target.kind, field)
          : this.#cast(type, target, field);
    }
  }

  /** An object that is declared without members keeps its stored members. */
  #record(type: AvroRecord, target: ColumnType | undefined, field: string): WriteValue {
    if (target !== undefined && target.kind !== 'struct') return this.#cast(type, target, field);
    if (target === undefined || target.fields.length === 0) return this.#wholeRecord(type, field);
    const wanted = new Map(target.fields.map((column) => [column.name, column.type]));
    const stored = new Set(type.fields.map(({ name }) => name));
    const absent = [...wanted.keys()].filter((name) => !stored.has(name));
    return recordWriter(
      type.fields.map(({ name, type: member }) => {
        const isWanted = wanted.has(name);
        return { name, isWanted, write: this.writer(member, wanted.get(name), `${field}.${name}`) };
      }),
      absent,
    );
  }

  #wholeRecord(type: AvroRecord, field: string): WriteValue {
    const known = this.#whole.get(type);
    if (known !== undefined) return known;
    let write: WriteValue | undefined;
    this.#whole.set(type, (from, row) => write?.(from, row)); // Its fields may refer back to it.
    write = recordWriter(
      type.fields.map(({ name, type: member }) => {
        return { name, isWanted: true, write: this.writer(member, undefined, `${field}.${name}`) };
      }),
      [],
    );
    return write;
  }

  /** Casts the JSON of the unchanged value. */
  #cast(type: AvroType, target: ColumnType, field: string): WriteValue {
    const kind = isNested(type) ? 'struct' : scalarColumn(type).kind;
    const write = this.writer(type, undefined, field);
    return (from, row) => {
      const mark = row.out.lineBytes;
      const losses = row.lost.length;
      write(from, row);
      const stored = row.out.takeBack(mark);
      if (!isUtf8(stored)) return row.out.raw(Buffer.from(stored)); // The line will be refused.
      const text = stored.toString();
      const json = castJson(text, kind, target);
      const isLost = json === undefined || (json === 'null' && text !== 'null');
      if (isLost && row.lost.length === losses) row.lost.push(field);
      row.out.raw(json === undefined ? nullText : Buffer.from(json));
    };
  }
}

function isNested(type: AvroType): type is Exclude<AvroType, AvroScalar> {
  return type.kind === 'record' || type.kind === 'array' || type.kind === 'map' || type.kind === 'union';
}

/** Whether values of a type already have the form that the catalog declares. */
function fits(type: ColumnType, target: ColumnType): boolean {
  if (type.kind === 'timestamp' && target.kind === 'timestamp') return type.utc === target.utc;
  return type.kind === target.kind || type.kind === 'unknown' || (type.kind === 'integer' && target.kind === 'number');
}

function unionWriter(branches: readonly WriteValue[]): WriteValue {
  return (from, row) => {
    const write = branches[from.count()];
    if (write === undefined) throw new AvroDamage('a union has a branch that its schema does not know');
    write(from, row);
  };
}

type Member = { readonly name: string; readonly isWanted: boolean; readonly write: WriteValue };

function recordWriter(members: readonly Member[], absent: readonly string[]): WriteValue {
  let count = 0;
  const steps = members.map(({ name, isWanted, write }) => {
    const lead = Buffer.from(`${count > 0 ? ',' : ''}${JSON.stringify(name)}:`);
    if (isWanted) count++;
    return { lead: isWanted ? lead : undefined, write };
  });
  const nulls = absent.map((name) => `${JSON.stringify(name)}:null`).join(',');
  const end = Buffer.from(`${count > 0 && nulls !== '' ? ',' : ''}${nulls}}`);
  return (from, row) => {
    row.out.raw(openObject);
    for (const { lead, write } of steps) {
      if (lead === undefined) pass(from, row, write);
      else {
        row.out.raw(lead);
        write(from, row);
      }
    }
    row.out.raw(end);
  };
}

/** Items come in blocks. A negative number of items is followed by the block's size in bytes. */
function itemsOfBlock(from: AvroBytes): number {
  const count = from.count();
  if (count >= 0) return count;
  from.count();
  return -count;
}

function arrayWriter(write: WriteValue): WriteValue {
  return (from, row) => {
    row.out.raw(openArray);
    let isFirst = true;
    for (let items = itemsOfBlock(from); items > 0; items = itemsOfBlock(from)) {
      for (let item = 0; item < items; item++) {
        if (!isFirst) row.out.raw(comma);
        isFirst = false;
        write(from, row);
        bound(row);
      }
    }
    row.out.raw(closeArray);
  };
}

function mapWriter(write: WriteValue): WriteValue {
  return (from, row) => {
    row.out.raw(openObject);
    let isFirst = true;
    for (let items = itemsOfBlock(from); items > 0; items = itemsOfBlock(from)) {
      for (let item = 0; item < items; item++) {
        if (!isFirst) row.out.raw(comma);
        isFirst = false;
        const length = from.count();
        const start = from.take(length);
        row.out.string(from.bytes, start, start + length);
        row.out.raw(colon);
        write(from, row);
        bound(row);
      }
    }
    row.out.raw(closeObject);
  };
}

function bound({ out }: AvroRow): void {
  if (out.lineBytes > maxRowBytes) throw new AvroDamage(`a row is longer than ${maxRowBytes / 1024 / 1024} MiB`);
}
