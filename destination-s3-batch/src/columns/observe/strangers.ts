// Members of a row that have no field in the table: their keys are noted, and those that are looked for are found by name.
import { skipString } from '@s3-connectors/common/json/json-bytes.ts';
import { parseJson } from '@s3-connectors/common/json/parse-json.ts';
import type { Envelope } from '@s3-connectors/common/records/envelope.ts';
import { nextObject, noteKeyAt } from '@s3-connectors/common/records/repeated-keys.ts';

import type { Shape } from './shape.ts';
import { noteOdd, type Walk } from './walk.ts';

/** Notes the key of a member without a field. `object`: of the strangers before, or 0. @returns that of the strangers. */
export function noteStranger(walk: Walk, shape: Shape, at: number, object: number): number {
  noteOdd(walk, shape, 'rest');
  const { bytes } = walk;
  const strangers = object === 0 ? nextObject() : object;
  noteKeyAt(bytes, at, skipString(bytes, at), strangers);
  return strangers;
}

/** Of a member that has no field in the table. */
export function noteField(
  bytes: Uint8Array,
  { start: keyStart, value, end }: { readonly start: number; readonly value: number; readonly end: number },
  { fields }: Shape,
  found: Envelope,
): void {
  const keyEnd = skipString(bytes, keyStart);
  const number = fields.indexOf(String(parseJson(Buffer.from(bytes.subarray(keyStart, keyEnd)).toString())));
  if (number < 0) return;
  found.fieldStarts[number] = value;
  found.fieldEnds[number] = end;
}
