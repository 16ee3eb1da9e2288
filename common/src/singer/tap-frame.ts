// What is around the data of a tap's records.
import { metaChanges, type RecordFrame } from '../protocol/record-frame.ts';

/** `version` is given to the records of a stream that is read whole. */
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
