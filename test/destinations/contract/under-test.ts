// A destination as the tests for both of them see it: its input, and the content of the bucket afterwards.
import type { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type { Clock } from '@s3-connectors/common/streams/clock.ts';

import { bucket, recordLine, stateLine, type Input, type Json } from '../../support/destination-input.ts';
import type { Realm } from '../../support/hostile/hostile-bucket.ts';
import type { S3TestServer } from '../../../tools/s3-server/types.ts';

export type Ran = {
  readonly lines: readonly string[];
  readonly said: readonly (readonly [level: string, message: string])[];
  readonly failures: readonly ConnectorError[];
  readonly error: unknown;
};

type Options = {
  readonly config?: Json;
  readonly catalog: Json;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
};

export type DestinationUnderTest = {
  readonly name: string;
  /** Runs `write` in this process, below the prefix `permutive/` if the config has no other. */
  readonly write: (server: S3TestServer, input: Input, options: Options) => Promise<Ran>;
  /** Of a stream, below the prefix; ends with a slash. */
  readonly folderOf: (stream: string) => string;
  readonly extension: string;
  /** All rows below a path of the bucket, as JSON texts. */
  readonly rowsBelow: (server: S3TestServer, path: string) => readonly string[];
  /** For hostile buckets: what the destination considers its own, and a stream that comes after `users`. */
  readonly hostile: { readonly realm: Realm; readonly stream: Json; readonly lines: string };
  readonly names: Names;
};

/** How rows of any name and value are compared with what was sent. */
export type Names = {
  /** Each is tried. */
  readonly variants: readonly (readonly [what: string, mode: 'append' | 'overwrite', config: Json])[];
  readonly numRuns: number;
  /** The stored rows, by the name in the folder. */
  readonly stored: (server: S3TestServer) => Promise<ReadonlyMap<string, readonly unknown[]>>;
  readonly sent: (row: string) => unknown;
};

export const overwrite: Json = { destination_sync_mode: 'overwrite', sync_mode: 'full_refresh' };

/** Records of that stream with these ids, and a STATE. */
export function rowsWithState(stream: string, ...ids: readonly number[]): string {
  return ids.map((id) => recordLine(stream, { id })).join('') + stateLine(stream, { ids });
}

/** The ids of a stream's rows, in order. */
export function idsOf({ rowsBelow, folderOf }: DestinationUnderTest, server: S3TestServer, stream: string): number[] {
  const rows = rowsBelow(server, `permutive/${folderOf(stream)}`);
  return rows.map((row) => (JSON.parse(row) as { readonly id: number }).id).sort((a, b) => a - b);
}

export function keysInStaging(server: S3TestServer): readonly string[] {
  return server.objects(bucket, 'permutive/_staging/').map(({ key }) => key);
}
