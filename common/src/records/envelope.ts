// The positions of the parts of a RECORD in the bytes of its line: the result of the scanner, for everything that looks into a
// record.

/**
 * The positions of the parts of the last scanned line, as offsets into the scanned bytes. A start of -1 means absent. Values
 * are raw JSON (strings with their quotes). One object is used for all lines: copy what must outlive the next scan. Singer's
 * `record` is the data and `time_extracted` is `emittedAt`; only Singer has `version`, and only Airbyte `namespace`.
 */
export type Envelope = {
  typeStart: number;
  typeEnd: number;
  streamStart: number;
  streamEnd: number;
  namespaceStart: number;
  namespaceEnd: number;
  dataStart: number;
  dataEnd: number;
  emittedAtStart: number;
  emittedAtEnd: number;
  versionStart: number;
  versionEnd: number;
  /** Members of `data`, known or not. */
  members: number;
  /** `data` may contain what readers refuse; see data-walk.ts. */
  isDoubtful: boolean;
  /** The values in `data` of the scanner's fields, in their order. */
  readonly fieldStarts: Int32Array;
  readonly fieldEnds: Int32Array;
};

export function emptyEnvelope(fields: number): Envelope {
  return {
    typeStart: -1,
    typeEnd: -1,
    streamStart: -1,
    streamEnd: -1,
    namespaceStart: -1,
    namespaceEnd: -1,
    dataStart: -1,
    dataEnd: -1,
    emittedAtStart: -1,
    emittedAtEnd: -1,
    versionStart: -1,
    versionEnd: -1,
    members: 0,
    isDoubtful: false,
    fieldStarts: new Int32Array(fields),
    fieldEnds: new Int32Array(fields),
  };
}

export function forgetRecord(found: Envelope): void {
  found.streamStart = -1;
  found.namespaceStart = -1;
  found.dataStart = -1;
  found.emittedAtStart = -1;
  found.versionStart = -1;
  forgetFields(found);
}

export function forgetFields(found: Envelope): void {
  found.members = 0;
  found.isDoubtful = false;
  // A loop, because a call of TypedArray.fill is noticeable on short lines.
  for (let index = 0; index < found.fieldStarts.length; index += 1) found.fieldStarts[index] = -1;
}
