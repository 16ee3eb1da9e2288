// The Airbyte protocol, version 0 (airbyte_protocol.yaml 0.18): every message that a connector reads or writes.
//
// A runner starts a connector with a verb. The connector writes one JSON object a line to standard output. A destination
// also reads such lines from standard input:
//
//   source:       spec → SPEC · check → CONNECTION_STATUS · discover → CATALOG · read → RECORD*, STATE*, TRACE*
//   destination:  spec → SPEC · check → CONNECTION_STATUS · write: RECORD*, STATE*, TRACE* in → STATE* out
//
// A STATE from a source covers all records before its line. A destination prints the same STATE when all of those records
// are durable. LOG lines may be anywhere. Objects may have more keys than these types name; they are kept unchanged.
import type { FailureType } from './codes/error-codes.ts';
import type { StreamDescriptor } from './errors.ts';

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export type JsonObject = { readonly [key: string]: JsonValue };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export type AirbyteMessage =
  | { readonly type: 'RECORD'; readonly record: AirbyteRecord }
  | { readonly type: 'STATE'; readonly state: AirbyteState }
  | { readonly type: 'LOG'; readonly log: AirbyteLog }
  | { readonly type: 'SPEC'; readonly spec: ConnectorSpecification }
  | { readonly type: 'CONNECTION_STATUS'; readonly connectionStatus: ConnectionStatus }
  | { readonly type: 'CATALOG'; readonly catalog: AirbyteCatalog }
  | { readonly type: 'TRACE'; readonly trace: AirbyteTrace };

/** `emitted_at` is in milliseconds since 1970; `data` is one row. */
type AirbyteRecord = {
  readonly stream: string;
  readonly namespace?: string;
  readonly data: JsonObject;
  readonly emitted_at: number;
  readonly meta?: { readonly changes: readonly RecordChange[] };
};

/** A change of a row, such as null for a value that has no JSON form. */
type RecordChange = {
  readonly field: string;
  readonly change: 'NULLED' | 'TRUNCATED';
  readonly reason: 'SOURCE_SERIALIZATION_ERROR' | 'SOURCE_RETRIEVAL_ERROR';
};

/** `recordCount`: the stream's records since its previous STATE (source), or how many of them are durable (destination). */
export type StateStats = { readonly recordCount: number; readonly rejectedRecordCount?: number };

/** A source writes only the STREAM form. Destinations also echo GLOBAL states. Today's platform refuses LEGACY states. */
type AirbyteState = {
  readonly type: 'STREAM';
  readonly stream: { readonly stream_descriptor: StreamDescriptor; readonly stream_state: JsonObject };
  readonly sourceStats?: StateStats;
};

export type LogLevel = 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' | 'FATAL';
type AirbyteLog = { readonly level: LogLevel; readonly message: string; readonly stack_trace?: string };

export type ConnectorSpecification = {
  readonly documentationUrl: string;
  readonly connectionSpecification: JsonObject;
  readonly supportsIncremental?: boolean;
  readonly supported_destination_sync_modes?: readonly DestinationSyncMode[];
  readonly protocol_version: string;
};

type ConnectionStatus = { readonly status: 'SUCCEEDED' | 'FAILED'; readonly message?: string };

export type SyncMode = 'full_refresh' | 'incremental';
export type DestinationSyncMode = 'append' | 'overwrite' | 'append_dedup';

export type AirbyteCatalog = { readonly streams: readonly AirbyteStream[] };

export type AirbyteStream = {
  readonly name: string;
  readonly namespace?: string;
  readonly json_schema: JsonObject;
  readonly supported_sync_modes: readonly SyncMode[];
  readonly source_defined_cursor?: boolean;
  readonly default_cursor_field?: readonly string[];
  readonly is_resumable?: boolean;
};

/** `emitted_at` is in milliseconds since 1970. */
type AirbyteTrace = { readonly emitted_at: number } & (
  | { readonly type: 'ERROR'; readonly error: TraceError }
  | { readonly type: 'ESTIMATE'; readonly estimate: TraceEstimate }
  | { readonly type: 'STREAM_STATUS'; readonly stream_status: TraceStreamStatus }
);

/** `message` is for the user; `internal_message` and `stack_trace` are for developers. */
type TraceError = {
  readonly message: string;
  readonly internal_message?: string;
  readonly stack_trace?: string;
  readonly failure_type: FailureType;
  readonly stream_descriptor?: StreamDescriptor;
};

/** The expected rows and bytes, as the storage reports them before reading. */
type TraceEstimate = {
  readonly name: string;
  readonly namespace?: string;
  readonly type: 'STREAM';
  readonly row_estimate?: number;
  readonly byte_estimate?: number;
};

/** STARTED comes before the first record, RUNNING after it, and then either COMPLETE or INCOMPLETE. */
type StreamStatus = 'STARTED' | 'RUNNING' | 'COMPLETE' | 'INCOMPLETE';
type TraceStreamStatus = { readonly stream_descriptor: StreamDescriptor; readonly status: StreamStatus };

/** A STREAM_STATUS message with the current time. */
export function streamStatus(stream: StreamDescriptor, status: StreamStatus): AirbyteMessage {
  const trace = { type: 'STREAM_STATUS', stream_status: { stream_descriptor: stream, status } } as const;
  return { type: 'TRACE', trace: { ...trace, emitted_at: Date.now() } };
}
