// Runs of the source that stop anywhere: what a platform has then, and what it passes to the next run.
import { parseJson } from '@s3-connectors/common/json/parse-json.ts';
import { parseConfiguredCatalog } from '@s3-connectors/common/protocol/catalog.ts';
import type { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import { parseState } from '@s3-connectors/common/protocol/state.ts';

import { read } from '../../../source-s3/src/verbs/read/read.ts';
import type { S3TestServer } from '../../../tools/s3-server/types.ts';
import { sourceConfig, type Json } from './source.ts';

/** What a platform keeps of a stream: rows before a STATE, and the last STATE. */
export type Kept = { readonly rows: readonly string[]; readonly state: unknown };

export type StoppedRun = {
  /** By stream. Rows after the last STATE are lost with the run. */
  readonly kept: ReadonlyMap<string, Kept>;
  /** Each STATE, with the rows of its stream before it, in the order printed. */
  readonly states: readonly { readonly stream: string; readonly state: unknown; readonly rowsBefore: number }[];
  readonly ended: boolean;
};

type Run = {
  readonly config: Json;
  readonly catalog: Json;
  readonly states?: readonly unknown[];
  /** Called after each STATE with their number. */
  readonly isEnough?: (states: number) => boolean;
  /** Stops after this many pieces of output, at any place. */
  readonly maxPieces?: number;
};

/** @throws the first failure of a stream. */
export async function runUntil(
  server: S3TestServer,
  { config, catalog, states = [], isEnough = () => false, maxPieces = Number.POSITIVE_INFINITY }: Run,
): Promise<StoppedRun> {
  const kept = new Map<string, Kept>();
  const pending = new Map<string, string[]>();
  const printed: StoppedRun['states'][number][] = [];
  const context = {
    log: () => undefined,
    signal: new AbortController().signal,
    fail: (error: ConnectorError) => {
      throw error;
    },
  };
  let pieces = 0;
  for await (const piece of read(
    sourceConfig(server, config),
    parseConfiguredCatalog(catalog),
    parseState(states),
    context,
  )) {
    if (++pieces > maxPieces) return { kept, states: printed, ended: false };
    if (piece instanceof Uint8Array) {
      for (const line of Buffer.from(piece).toString().split('\n').slice(0, -1)) addRow(pending, line);
    } else if (piece.type === 'STATE') {
      const { state } = parseJson(JSON.stringify(piece)) as { state: StreamState };
      const stream = state.stream.stream_descriptor.name;
      const rows = [...(kept.get(stream)?.rows ?? []), ...(pending.get(stream) ?? [])];
      pending.delete(stream);
      kept.set(stream, { rows, state });
      printed.push({ stream, state, rowsBefore: rows.length });
      if (isEnough(printed.length)) return { kept, states: printed, ended: false };
    }
  }
  return { kept, states: printed, ended: true };
}

type StreamState = { readonly stream: { readonly stream_descriptor: { readonly name: string } } };

/** A row by its table and its number, which are unique. */
function addRow(pending: Map<string, string[]>, line: string): void {
  const { record } = parseJson(line) as { record: { stream: string; data: Json } };
  const rows = pending.get(record.stream) ?? [];
  rows.push(String(record.data['id']));
  pending.set(record.stream, rows);
}
