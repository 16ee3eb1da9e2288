// The messages that a connector may print, stricter than the protocol: every object is closed, so that a misspelt key fails a test.
// Used for the output of every program that a test starts.
import assert from 'node:assert/strict';

import { parseJson } from '@s3-connectors/common/json/parse-json.ts';

import * as z from 'zod';

const count = z.number().nonnegative();
const epochMs = z.int().min(Date.UTC(2000, 0)).max(Date.UTC(2100, 0));
const jsonObject = z.record(z.string(), z.json());
/** The result of parsing a line is JSON. A number beyond a double, such as 1e400, is then an infinity. */
const rowData = z.record(z.string(), z.unknown());
const descriptor = z.strictObject({ name: z.string().min(1), namespace: z.string().min(1).optional() });
const destinationSyncMode = z.enum(['append', 'overwrite', 'append_dedup']);

const record = z.strictObject({
  stream: z.string().min(1),
  namespace: z.string().min(1).optional(),
  data: rowData.refine((data) => Object.keys(data).length > 0, 'the platform drops records without data'),
  emitted_at: epochMs,
  meta: z
    .strictObject({
      changes: z.array(
        z.strictObject({
          field: z.string(),
          change: z.enum(['NULLED', 'TRUNCATED']),
          reason: z.enum(['SOURCE_SERIALIZATION_ERROR', 'SOURCE_RETRIEVAL_ERROR']),
        }),
      ),
    })
    .optional(),
});

/** What a source writes. A destination prints what it received, and adds `destinationStats`. */
const sourceState = z.strictObject({
  type: z.literal('STREAM'),
  stream: z.strictObject({ stream_descriptor: descriptor, stream_state: jsonObject }),
  sourceStats: z.strictObject({ recordCount: count }),
});
const echoedState = z.looseObject({
  destinationStats: z.strictObject({ recordCount: count, rejectedRecordCount: count.optional() }),
});

const spec = z.strictObject({
  documentationUrl: z.url(),
  connectionSpecification: jsonObject,
  supportsIncremental: z.boolean().optional(),
  supported_destination_sync_modes: z.array(destinationSyncMode).min(1).optional(),
  protocol_version: z.literal('0.2.0'),
});

const catalog = z.strictObject({
  streams: z.array(
    z.strictObject({
      name: z.string().min(1),
      namespace: z.string().min(1).optional(),
      json_schema: z.looseObject({ type: z.literal('object'), properties: jsonObject }),
      supported_sync_modes: z.array(z.enum(['full_refresh', 'incremental'])).min(1),
      source_defined_cursor: z.boolean().optional(),
      default_cursor_field: z.array(z.string()).optional(),
      is_resumable: z.boolean().optional(),
    }),
  ),
});

const trace = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('ERROR'),
    emitted_at: epochMs,
    error: z.strictObject({
      message: z.string().min(1),
      internal_message: z.string().optional(),
      stack_trace: z.string().optional(),
      failure_type: z.enum(['config_error', 'transient_error', 'system_error']),
      stream_descriptor: descriptor.optional(),
    }),
  }),
  z.strictObject({
    type: z.literal('ESTIMATE'),
    emitted_at: epochMs,
    estimate: z.strictObject({
      ...descriptor.shape,
      type: z.literal('STREAM'),
      row_estimate: count.optional(),
      byte_estimate: count.optional(),
    }),
  }),
  z.strictObject({
    type: z.literal('STREAM_STATUS'),
    emitted_at: epochMs,
    stream_status: z.strictObject({
      stream_descriptor: descriptor,
      status: z.enum(['STARTED', 'RUNNING', 'COMPLETE', 'INCOMPLETE']),
    }),
  }),
]);

const message = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('RECORD'), record }),
  z.strictObject({ type: z.literal('STATE'), state: z.union([sourceState, echoedState]) }),
  z.strictObject({
    type: z.literal('LOG'),
    log: z.strictObject({ level: z.enum(['DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL']), message: z.string().min(1) }),
  }),
  z.strictObject({ type: z.literal('SPEC'), spec }),
  z.strictObject({
    type: z.literal('CONNECTION_STATUS'),
    connectionStatus: z.discriminatedUnion('status', [
      z.strictObject({ status: z.literal('SUCCEEDED') }),
      z.strictObject({ status: z.literal('FAILED'), message: z.string().min(1) }),
    ]),
  }),
  z.strictObject({ type: z.literal('CATALOG'), catalog }),
  z.strictObject({ type: z.literal('TRACE'), trace }),
]);

export type ProtocolMessage = z.infer<typeof message>;

/** Every line of a program's output as a message. @throws AssertionError quoting the first line that is not one. */
export function assertProtocolLines(stdout: string): readonly ProtocolMessage[] {
  assert.ok(stdout === '' || stdout.endsWith('\n'), 'the output ends within a line');
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line, index) => {
      const parsed = message.safeParse(parseJson(line));
      const quoted = `line ${index + 1} of the output is not a message: ${line.slice(0, 500)}`;
      assert.ok(parsed.success, `${quoted}\n${parsed.error === undefined ? '' : z.prettifyError(parsed.error)}`);
      return parsed.data;
    });
}

type MessageOf<Type extends ProtocolMessage['type']> = Extract<ProtocolMessage, { type: Type }>;

/** The messages of one type, in order. */
export function ofType<Type extends ProtocolMessage['type']>(
  messages: readonly ProtocolMessage[],
  type: Type,
): readonly MessageOf<Type>[] {
  return messages.filter((candidate): candidate is MessageOf<Type> => candidate.type === type);
}

/** The errors among the TRACE messages, in order. */
export function traceErrors(
  messages: readonly ProtocolMessage[],
): readonly z.infer<(typeof trace.options)[0]>['error'][] {
  return ofType(messages, 'TRACE').flatMap(({ trace }) => (trace.type === 'ERROR' ? [trace.error] : []));
}
