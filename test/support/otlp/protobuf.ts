// OTLP's metrics in protobuf, decoded to the form that they have in JSON. By opentelemetry/proto/metrics/v1/metrics.proto.

type Kind = 'text' | 'bool' | 'varint' | 'fixed64' | 'signed64' | 'double' | 'fixed64s' | 'doubles' | Message;
/** By the number of the field; `[]` at the end of a name: repeated. */
type Message = { readonly [number: number]: readonly [name: string, kind: Kind] };

const value: Message = { 1: ['stringValue', 'text'], 2: ['boolValue', 'bool'], 3: ['intValue', 'varint'] };
const attribute: Message = { 1: ['key', 'text'], 2: ['value', value] };
const times: Message = { 2: ['startTimeUnixNano', 'fixed64'], 3: ['timeUnixNano', 'fixed64'] };
const numberPoint: Message = {
  ...times,
  4: ['asDouble', 'double'],
  6: ['asInt', 'signed64'],
  7: ['attributes[]', attribute],
};
const histogramPoint: Message = {
  ...times,
  4: ['count', 'fixed64'],
  5: ['sum', 'double'],
  6: ['bucketCounts', 'fixed64s'],
  7: ['explicitBounds', 'doubles'],
  9: ['attributes[]', attribute],
};
const metric: Message = {
  1: ['name', 'text'],
  2: ['description', 'text'],
  3: ['unit', 'text'],
  5: ['gauge', { 1: ['dataPoints[]', numberPoint] }],
  7: ['sum', { 1: ['dataPoints[]', numberPoint], 2: ['aggregationTemporality', 'varint'], 3: ['isMonotonic', 'bool'] }],
  9: ['histogram', { 1: ['dataPoints[]', histogramPoint], 2: ['aggregationTemporality', 'varint'] }],
};
const scope: Message = { 1: ['name', 'text'], 2: ['version', 'text'] };
const scopeMetrics: Message = { 1: ['scope', scope], 2: ['metrics[]', metric] };
const resource: Message = { 1: ['attributes[]', attribute] };
const request: Message = {
  1: ['resourceMetrics[]', { 1: ['resource', resource], 2: ['scopeMetrics[]', scopeMetrics] }],
};

export function decodeMetrics(bytes: Buffer): unknown {
  return decode(bytes, request);
}

function decode(bytes: Buffer, message: Message): Record<string, unknown> {
  const decoded: Record<string, unknown> = {};
  for (let at = 0; at < bytes.length;) {
    const [tag, start] = varint(bytes, at);
    const [number, wire] = [Math.floor(tag / 8), tag % 8];
    const [size, from] = wire === 2 ? varint(bytes, start) : [wire === 1 ? 8 : varint(bytes, start)[1] - start, start];
    if (wire === 5 || from + size > bytes.length) throw new Error(`This is not OTLP: field ${number} at ${at}.`);
    at = from + size;
    const [name, kind] = message[number] ?? [];
    if (name === undefined || kind === undefined) continue;
    const found = read(bytes.subarray(from, at), kind);
    if (!name.endsWith('[]')) decoded[name] = found;
    else ((decoded[name.slice(0, -2)] ??= []) as unknown[]).push(found);
  }
  return decoded;
}

function read(bytes: Buffer, kind: Kind): unknown {
  switch (kind) {
    case 'text':
      return bytes.toString();
    case 'bool':
      return varint(bytes, 0)[0] !== 0;
    case 'varint':
      return varint(bytes, 0)[0];
    case 'fixed64':
      return String(bytes.readBigUInt64LE());
    case 'signed64':
      return String(bytes.readBigInt64LE());
    case 'double':
      return bytes.readDoubleLE();
    case 'fixed64s':
      return Array.from({ length: bytes.length / 8 }, (_, index) => String(bytes.readBigUInt64LE(index * 8)));
    case 'doubles':
      return Array.from({ length: bytes.length / 8 }, (_, index) => bytes.readDoubleLE(index * 8));
    default:
      return decode(bytes, kind);
  }
}

/** @returns the number, and the byte after it. */
function varint(bytes: Buffer, start: number): [value: number, end: number] {
  let [value, scale, at] = [0, 1, start];
  for (;;) {
    const byte = bytes[at] ?? 0;
    value += (byte % 128) * scale;
    at += 1;
    if (byte < 128) return [value, at];
    scale *= 128;
  }
}
