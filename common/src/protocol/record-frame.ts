// The frame around the data of a stream's records. It is the same for all records of a stream.
import type { StreamDescriptor } from './errors.ts';

/** A line is `start`, the members of the data, `end`, its changes to null (or `unchanged`), and `close`. */
export type RecordFrame = {
  /** Up to and including the brace that opens the data. */
  readonly start: string;
  /** From the brace that closes the data. `emittedAt` is in milliseconds since 1970. */
  readonly end: (emittedAt: number) => string;
  /** The text around the changes of a record. */
  readonly changes: { readonly start: string; readonly end: string };
  /** Whether records list their changes. If not, the changes are still counted. */
  readonly tellsChanges: boolean;
  /** The changes of a record without changes of its own. */
  readonly unchanged: string;
  readonly close: string;
};

const metaChanges = { start: ',"meta":{"changes":[', end: ']}' };

/** The frame of RECORD messages in Airbyte's protocol. */
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

/** The frame of a Singer tap's records. Only those of a fully read stream have a `version`. */
export function singerFrame(stream: string, version: number | undefined): RecordFrame {
  const versioned = version === undefined ? '' : `,"version":${version}`;
  return {
    start: `{"type":"RECORD","stream":${JSON.stringify(stream)},"record":{`,
    end: (emittedAt) => `}${versioned},"time_extracted":"${new Date(emittedAt).toISOString()}"`,
    changes: metaChanges,
    tellsChanges: false,
    unchanged: '',
    close: '}',
  };
}

/** The frame of records in which these fields always become null. */
export function withChanges(frame: RecordFrame, fields: readonly string[]): RecordFrame {
  if (fields.length === 0 || !frame.tellsChanges) return frame;
  const { changes } = frame;
  const start = changes.start + fields.map(changeText).join(',');
  return { ...frame, changes: { start: `${start},`, end: changes.end }, unchanged: start + changes.end };
}

/** The change of a field whose value became null. */
export function changeText(field: string): string {
  return JSON.stringify({ field, change: 'NULLED', reason: 'SOURCE_SERIALIZATION_ERROR' });
}

/** The changes of a record, in the form of its frame. */
export function changesText({ changes, tellsChanges }: RecordFrame, fields: readonly string[]): string {
  return !tellsChanges ? '' : changes.start + fields.map(changeText).join(',') + changes.end;
}
