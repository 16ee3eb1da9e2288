// One key for (namespace, name), to look up streams.
import type { StreamDescriptor } from './errors.ts';
import { isObject } from './messages.ts';

declare const brand: unique symbol;

/** Namespace and name of a stream as one string. Only `streamKey` makes it. */
export type StreamKey = string & { readonly [brand]: 'StreamKey' };

/** Different streams have different keys. An absent, null and empty namespace are equal, because runners write all three. */
export function streamKey(stream: {
  readonly name: string;
  readonly namespace?: string | null | undefined;
}): StreamKey {
  const namespace = stream.namespace ?? '';
  return `${namespace.length} ${namespace}${stream.name}` as StreamKey; // Any separator could be part of both names.
}

/** The descriptor for messages, without an empty or null namespace. */
export function streamDescriptor(stream: { name: string; namespace?: string | null | undefined }): StreamDescriptor {
  const { name, namespace } = stream;
  return namespace === undefined || namespace === null || namespace === '' ? { name } : { name, namespace };
}

/** The descriptor in a message of another program. Undefined for anything without a name. */
export function parseDescriptor(value: unknown): StreamDescriptor | undefined {
  if (!isObject(value) || typeof value['name'] !== 'string') return undefined;
  const { name, namespace } = value;
  return streamDescriptor({ name, namespace: typeof namespace === 'string' ? namespace : undefined });
}

/** The stream in a message for people: `namespace.name`, or only the name. */
export function streamLabel(stream: StreamDescriptor): string {
  return stream.namespace === undefined ? stream.name : `${stream.namespace}.${stream.name}`;
}
