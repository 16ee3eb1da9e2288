// A connector without S3, run as a child process by the tests of the protocol runtime: its config defines how it behaves.
import { setTimeout as sleep } from 'node:timers/promises';

import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type { AirbyteMessage } from '@s3-connectors/common/protocol/messages.ts';
import type { Output, VerbContext } from '@s3-connectors/common/protocol/connector.ts';
import { runConnector } from '@s3-connectors/common/program/run.ts';
import { specification } from '@s3-connectors/common/protocol/spec.ts';
import * as z from 'zod';

const schema = z.object({
  behaviour: z
    .enum([
      'lines',
      'messages',
      'idle',
      'stubborn',
      'config_error',
      'transient_error',
      'defect',
      'stray_rejection',
      'stray_throw',
      'one_stream_fails',
    ])
    .meta({ title: 'Behaviour', description: 'What the verbs do.', order: 0 }),
  api_key: z.string().meta({ title: 'Key', description: 'A secret.', order: 1, airbyte_secret: true }).optional(),
  count: z.int().default(10).meta({ title: 'Count', description: 'How many records are read.', order: 2 }),
});

type Config = z.output<typeof schema>;

function failure({ behaviour, api_key }: Config): unknown {
  switch (behaviour) {
    case 'config_error':
      return new ConnectorError('S3_BUCKET_MISSING', `There is no bucket; the key was ${api_key}.`);
    case 'transient_error':
      return new ConnectorError('S3_UNAVAILABLE', 'S3 was away.', { details: `request 7 with ${api_key}` });
    case 'defect':
      return new TypeError(`x is not a function ${api_key}`);
    default:
      return undefined;
  }
}

function recordOf(index: number): AirbyteMessage {
  return {
    type: 'RECORD',
    record: { stream: 'rows', data: { index, text: 'x'.repeat(1000) }, emitted_at: Date.now() },
  };
}

async function* read(config: Config, context: VerbContext): AsyncGenerator<Output> {
  const error = failure(config);
  if (error !== undefined) throw error;
  switch (config.behaviour) {
    case 'lines': {
      const batch = 100;
      for (let first = 0; first < config.count; first += batch) {
        const size = Math.min(batch, config.count - first);
        yield Buffer.from(
          Array.from({ length: size }, (_, at) => `${JSON.stringify(recordOf(first + at))}\n`).join(''),
        );
      }
      context.log('INFO', `peak ${process.resourceUsage().maxRSS} KiB`);
      return;
    }
    case 'messages':
      for (let index = 0; index < config.count; index++) yield recordOf(index);
      context.log('INFO', `peak ${process.resourceUsage().maxRSS} KiB`);
      return;
    case 'idle':
      yield recordOf(0);
      await sleep(60_000, undefined, { signal: context.signal });
      return;
    case 'stubborn':
      yield recordOf(0);
      await sleep(60_000);
      return;
    case 'one_stream_fails':
      context.fail(new ConnectorError('FILE_UNREADABLE', 'A file is damaged.', { stream: { name: 'bad' } }));
      yield recordOf(0);
      return;
    default:
      // A promise that no one awaits, or a callback that throws: a defect outside the verb's own flow.
      if (config.behaviour === 'stray_rejection') void Promise.reject(new Error('stray'));
      else
        setImmediate(() => {
          throw new Error('stray');
        });
      await sleep(60_000, undefined, { signal: context.signal });
  }
}

/** Answers each chunk of input with the number of bytes so far, as a destination answers with states. */
async function* write(config: Config, input: AsyncIterable<Uint8Array>, { log }: VerbContext): AsyncGenerator<Output> {
  const error = failure(config);
  if (error !== undefined) throw error;
  let bytes = 0;
  for await (const chunk of input) {
    bytes += chunk.length;
    const state = { type: 'STREAM', stream: { stream_descriptor: { name: 'rows' }, stream_state: { bytes } } };
    yield Buffer.from(`${JSON.stringify({ type: 'STATE', state: { ...state, sourceStats: { recordCount: 1 } } })}\n`);
  }
  log('INFO', `${bytes} bytes`);
}

const supported = { supportsIncremental: true } as const;
await runConnector(
  {
    name: 'fixture',
    version: '1.2.3',
    schema,
    spec: specification({ config: schema, title: 'Fixture', documentationUrl: 'https://example.com', ...supported }),
    resolve: (parsed) => parsed,
    check(config) {
      const error = failure(config);
      return error === undefined ? Promise.resolve() : Promise.reject(error as Error);
    },
    discover: () =>
      Promise.resolve({
        streams: [
          {
            name: 'rows',
            json_schema: { type: 'object', properties: {} },
            supported_sync_modes: ['full_refresh', 'incremental'],
          },
        ],
      }),
    read: (config, _catalog, _state, context) => read(config, context),
    write: (config, _catalog, input, context) => write(config, input, context),
    operatorVerbs: [
      {
        name: 'count',
        describe: 'Count to the configured number',
        options: { words: { type: 'boolean', describe: 'With words' }, unit: { type: 'string', describe: 'Of what' } },
        async *run(config, { words, unit = 'rows' }, { log }) {
          log('INFO', `counting with ${config.api_key}`);
          yield `${config.count} ${String(unit)}${words === true ? ' in words' : ''} ${config.api_key}\n`;
          const error = failure(config);
          if (error !== undefined) throw error;
        },
      },
      {
        name: 'count file',
        describe: 'Count what a file holds',
        positionals: { file: 'path, or - for standard input' },
        async *run(_config, { file }, { fail }) {
          yield `file ${String(file)}\n`;
          fail(new ConnectorError('FILE_UNREADABLE', 'It holds nothing.'));
          yield 'and on\n';
        },
      },
    ],
  },
  process.argv.slice(2),
);
