// How a value is written in a field whose type is no list and no struct, if it fits at all.
import { OPEN_OBJECT, QUOTE } from '@s3-connectors/common/json/json-bytes.ts';

import type { FieldType } from './field-type.ts';
import { isExactDouble, numberKind, numberKinds, wholeText } from './number-kind.ts';
import { isTemporal, plainText } from './temporal-text.ts';
import { isWholeText } from './whole-text.ts';

const OPEN_LIST = 0x5b;

/** What to write for the value: '' for the value itself; undefined when it does not fit. */
export function fittedScalar(bytes: Uint8Array, start: number, end: number, type: FieldType): string | undefined {
  const first = bytes[start] as number;
  const isText = first === QUOTE;
  const isBoolean = first === 0x74 || first === 0x66;
  const isNumber = !isText && !isBoolean && first !== OPEN_OBJECT && first !== OPEN_LIST;
  if (type.kind === 'boolean') return isBoolean ? '' : undefined;
  if (type.kind === 'string') return isText && isWholeText(bytes, start + 1, end - 1) ? '' : undefined;
  if (isTemporal(type)) {
    if (!isText && !isNumber) return undefined;
    const text = Buffer.from(bytes.subarray(start, end)).toString();
    const plain = plainText(type, isText ? String(JSON.parse(text)) : text);
    return plain === undefined ? undefined : `"${plain}"`;
  }
  return isNumber ? fittedNumber(bytes, start, end, type.kind === 'integer') : undefined;
}

function fittedNumber(bytes: Uint8Array, start: number, end: number, integer: boolean): string | undefined {
  const kind = numberKind(bytes, start, end);
  const text = (): string => Buffer.from(bytes.subarray(start, end)).toString();
  switch (kind) {
    case numberKinds.int:
      return '';
    case numberKinds.wide:
      return integer || isExactDouble(text()) ? '' : undefined;
    case numberKinds.whole:
      return integer ? wholeText(text()) : '';
    case numberKinds.real:
      return integer ? undefined : '';
    default:
      return undefined;
  }
}
