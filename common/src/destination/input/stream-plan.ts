// Decisions that the plans of both destinations share: the entry of `streams` for a stream, the fields to find in its records,
// whether it is of a published type, and that no two streams share a path.
import type { ConfiguredStream } from '../../protocol/catalog.ts';
import { ConnectorError } from '../../protocol/errors.ts';
import type { Log } from '../../protocol/log.ts';
import { isObject, type JsonObject } from '../../protocol/messages.ts';
import { streamDescriptor, streamLabel } from '../../protocol/stream-key.ts';
import type { RowSchema } from '../../published/row-schema.ts';

/** The field with the time of a row, unless another one is set. */
export const defaultTimeField = 'time';

/** The entry of a stream in `streams`. */
export type StreamEntry = {
  readonly stream: string;
  readonly namespace?: string | undefined;
  readonly kind?: RowSchema['kind'] | undefined;
  readonly time_field?: string | undefined;
  readonly partition_by?: string[] | undefined;
};

/** The entry with the stream's name and namespace, or else the one for any namespace. */
export function entryFor<Found extends StreamEntry>(
  stream: Pick<ConfiguredStream, 'name' | 'namespace'>,
  entries: readonly Found[],
): Found | undefined {
  const named = entries.filter((entry) => entry.stream === stream.name);
  const exact = named.find(({ namespace }) => given(namespace) !== undefined && namespace === stream.namespace);
  return exact ?? named.find(({ namespace }) => given(namespace) === undefined);
}

/** The name in the path of a stream that is not of a published type, unless its entry has one. */
export function pathNameOf({ name, namespace = '' }: ConfiguredStream, hasNamespace: boolean | undefined): string {
  return hasNamespace === true && namespace !== '' ? `${namespace}__${name}` : name;
}

/** A form may send an empty field: it is not set. */
export function given(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

export function warnOfUnusedEntries(
  entries: readonly StreamEntry[],
  catalog: readonly ConfiguredStream[],
  log: Log,
): void {
  const used = new Set(catalog.map((stream) => entryFor(stream, entries)));
  for (const entry of entries) {
    if (used.has(entry)) continue;
    log(
      'WARN',
      `The entry for the stream "${entry.stream}" in "streams" has no effect: the catalog has no such stream.`,
    );
  }
}

/** The top-level fields of `data` that the scanner must find, each with a number. */
export class FieldNumbers {
  readonly names: string[] = [];

  /** @returns the same number for the same field. */
  of(name: string): number {
    const known = this.names.indexOf(name);
    return known < 0 ? this.names.push(name) - 1 : known;
  }
}

/**
 * Whether the stream is of a published type: its entry does not deny it, and the catalog has all fields that the type requires.
 * If not, the log names the missing fields.
 */
export function isOfType(
  schema: RowSchema,
  stream: ConfiguredStream,
  entry: StreamEntry | undefined,
  log: Log,
): boolean {
  if (entry?.kind !== undefined && entry.kind !== schema.kind) return false;
  const declared = Object.keys(declaredProperties(stream));
  const missing = schema.fields.filter(({ name, required }) => required && !declared.includes(name));
  if (missing.length === 0) return true;
  const names = missing.map(({ name }) => `"${name}"`).join(', ');
  log(
    'WARN',
    `The stream "${streamLabel(stream)}" does not count as the published type of that name, and its records are not checked: its schema in the catalog lacks ${names}.`,
  );
  return false;
}

/** `properties` of the stream's schema. */
export function declaredProperties({ jsonSchema: { properties } }: ConfiguredStream): JsonObject {
  return isObject(properties) ? properties : {};
}

/** `why`: the rest of a sentence that begins with the stream. */
export function refusedStream(stream: ConfiguredStream, why: string): ConnectorError {
  const text = `The stream "${streamLabel(stream)}" ${why}`;
  return new ConnectorError('CATALOG_INVALID', text, { stream: streamDescriptor(stream) });
}
