// One name for (namespace, name), to look streams up by.
import type { StreamDescriptor } from './errors.ts';

declare const brand: unique symbol;

/** Namespace and name of a stream as one string; made by `streamKey` only. */
export type StreamKey = string & { readonly [brand]: 'StreamKey' };

/** Different streams have different keys. An absent, null or empty namespace are the same: runners write all three. */
export function streamKey(stream: {
  readonly name: string;
  readonly namespace?: string | null | undefined;
}): StreamKey {
  const namespace = stream.namespace ?? '';
  return `${namespace.length} ${namespace}${stream.name}` as StreamKey; // Any mark between the two could be part of them.
}

/** The descriptor without an empty or null namespace, as messages carry it. */
export function streamDescriptor(stream: { name: string; namespace?: string | null | undefined }): StreamDescriptor {
  const { name, namespace } = stream;
  return namespace === undefined || namespace === null || namespace === '' ? { name } : { name, namespace };
}

/** For a message to a person: `namespace.name`, or the name alone. */
export function streamLabel(stream: StreamDescriptor): string {
  return stream.namespace === undefined ? stream.name : `${stream.namespace}.${stream.name}`;
}
