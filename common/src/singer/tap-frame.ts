// The frame around the data of a tap's records.
import { metaChanges, type RecordFrame } from '../protocol/record-frame.ts';

/** Only records of a fully read stream have a `version`. */
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
