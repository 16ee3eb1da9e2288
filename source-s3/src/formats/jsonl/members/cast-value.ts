// Casts a JSON value to the type that the catalog declares: members and items one by one, texts by the table of casts, anything to
// a string by its JSON text. What fits keeps its bytes.
import { MINUS, NINE, OPEN_ARRAY, OPEN_OBJECT, QUOTE, ZERO } from '@s3-connectors/common/json/ascii.ts';
import type { ColumnType } from '@s3-connectors/common/columns/column-type.ts';
import { itemsAt, membersAt } from '@s3-connectors/common/json/json-parts.ts';

import { castJson } from '../../../casts/json-cast.ts';
import { isFit, memberFit } from './fitted-value.ts';
import type { Fit } from './json-fit.ts';
import { textAt } from './json-text.ts';

type Losses = {
  /** The dotted path of the value. Items of lists and values of maps have no name. */
  readonly field: string;
  /** Takes the fields of values that became null, because they do not fit. */
  readonly lost: Set<string>;
};

/** The JSON text of the valid value bytes[start, end) as the type of `fit`. */
export function castValue(
  bytes: Uint8Array,
  [start, end]: readonly [number, number],
  fit: Fit,
  losses: Losses,
): string {
  if (isFit(bytes, start, fit)) return textOf(bytes, start, end);
  const first = bytes[start];
  const { type, inner } = fit;
  if (first === OPEN_ARRAY && type.kind === 'list' && inner !== undefined)
    return castItems(bytes, start, inner, losses);
  if (first === OPEN_OBJECT && (type.kind === 'struct' || type.kind === 'map'))
    return castMembers(bytes, start, fit, losses);
  const json = textOf(bytes, start, end);
  const cast = type.kind === 'binary' ? undefined : castJson(json, kindOf(json), type); // A text that is not base64 has no bytes.
  if (cast === undefined || cast === 'null') losses.lost.add(losses.field);
  return cast ?? 'null';
}

function castItems(bytes: Uint8Array, at: number, fit: Fit, losses: Losses): string {
  const items = itemsAt(bytes, at).map(({ start, end }) => castValue(bytes, [start, end], fit, losses));
  return `[${items.join(',')}]`;
}

/** Members that the catalog does not declare stay. */
function castMembers(bytes: Uint8Array, at: number, { inner, members }: Fit, { field, lost }: Losses): string {
  const found = membersAt(bytes, at).map(({ key, keyEnd, start, end }) => {
    const fit = inner ?? memberFit(members, bytes, key + 1, keyEnd - 1);
    const path = inner === undefined ? `${field}.${textAt(bytes, key)}` : field;
    const json =
      fit === undefined ? textOf(bytes, start, end) : castValue(bytes, [start, end], fit, { field: path, lost });
    return `${textOf(bytes, key, keyEnd)}:${json}`;
  });
  return `{${found.join(',')}}`;
}

/** A number is an integer if it is written as one. */
function kindOf(json: string): ColumnType['kind'] {
  const first = json.charCodeAt(0);
  if (first === QUOTE) return 'string';
  if (first === OPEN_ARRAY || first === OPEN_OBJECT) return 'struct';
  if (first !== MINUS && (first < ZERO || first > NINE)) return 'boolean';
  return /[.eE]/u.test(json) ? 'number' : 'integer';
}

function textOf(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString();
}
