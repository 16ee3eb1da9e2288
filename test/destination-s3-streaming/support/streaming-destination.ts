// The streaming destination, as the tests of every destination know it.
import type { DestinationUnderTest } from '../../destinations/contract/under-test.ts';
import { recordLine, stateLine } from '../../support/destination-input.ts';
import type { S3TestServer } from '../../../tools/s3-server/types.ts';
import { runWrite, storedFiles, storedRows } from './streaming.ts';

/** Rows by the type that their folder says. */
function rowsByType(server: S3TestServer): ReadonlyMap<string, readonly string[]> {
  const rows = [...storedFiles(server, 'permutive/type=')].map(([key, lines]) => {
    const [, type = ''] = /^permutive\/type=([^/]+)\//u.exec(key) ?? [];
    return [decodeURIComponent(type), lines] as const;
  });
  return new Map(rows);
}

export const streamingDestination: DestinationUnderTest = {
  name: 'the streaming destination',
  write: (server, input, options) => runWrite(server, input, options),
  folderOf: (stream) => `type=${stream}/`,
  extension: '.jsonl.gz',
  rowsBelow: (server, path) => storedRows(server, path),
  hostile: {
    realm: { parent: 'type=', extensions: ['.jsonl.gz'], names: ['users', 'visits'], generation: 7 },
    stream: { name: 'visits' },
    lines: recordLine('visits', { id: 2 }) + stateLine('visits', {}),
  },
  names: {
    variants: [
      ['append', 'append', {}],
      ['overwrite', 'overwrite', {}],
    ],
    numRuns: 30,
    stored: (server) => Promise.resolve(rowsByType(server)),
    sent: (row) => row,
  },
};
