// What is around the data of a stream's records, the same for all of them: a source writes its lines into it, whoever reads them.
import type { StreamDescriptor } from './errors.ts';

/** A line is `start`, the members of the data, `end`, what had to become null in it or else `unchanged`, and `close`. */
export type RecordFrame = {
  /** Up to the brace that opens the data. */
  readonly start: string;
  /** From the brace that closes the data on. `emittedAt`: milliseconds since 1970. */
  readonly end: (emittedAt: number) => string;
  /** What is around the changes of a record. */
  readonly changes: { readonly start: string; readonly end: string };
  /** Whether records tell of changes. Where they do not, they are counted all the same. */
  readonly tellsChanges: boolean;
  /** Of a record in which nothing of its own had to become null. */
  readonly unchanged: string;
  readonly close: string;
};

export const metaChanges = { start: ',"meta":{"changes":[', end: ']}' };

/** As RECORD messages of Airbyte's protocol. */
export function airbyteFrame({ name, namespace }: StreamDescriptor): RecordFrame {
  const space = namespace === undefined ? '' : `,"namespace":${JSON.stringify(namespace)}`;
  return {
    start: `{"type":"RECORD","record":{"stream":${JSON.stringify(name)}${space},"data":{`,
    end: (emittedAt) => `},"emitted_at":${emittedAt}`,
    changes: metaChanges,
    tellsChanges: true,
    unchanged: '',
    close: '}}',
  };
}

/** The frame of records in which these fields had to become null, whatever else did. */
export function withChanges(frame: RecordFrame, fields: readonly string[]): RecordFrame {
  if (fields.length === 0 || !frame.tellsChanges) return frame;
  const { changes } = frame;
  const start = changes.start + fields.map(changeText).join(',');
  return { ...frame, changes: { start: `${start},`, end: changes.end }, unchanged: start + changes.end };
}

/** A field of which the value had to become null. */
export function changeText(field: string): string {
  return JSON.stringify({ field, change: 'NULLED', reason: 'SOURCE_SERIALIZATION_ERROR' });
}

/** All that had to become null in a record, as its frame tells it. */
export function changesText({ changes, tellsChanges }: RecordFrame, fields: readonly string[]): string {
  return !tellsChanges ? '' : changes.start + fields.map(changeText).join(',') + changes.end;
}
