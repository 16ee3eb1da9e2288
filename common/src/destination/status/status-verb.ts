// `status` on the command line, the same for both destinations. What it does is loaded when it is asked for, so that `spec` answers at once.
import type { OperatorVerb } from '../../protocol/connector.ts';
import type { Connection } from '../../s3/connection/config.ts';
import type { Layout } from '../layout/layout.ts';

type StatusConfig = { readonly connection: Connection; readonly prefix: string; readonly maxMemoryBytes: number };

export function statusVerb<Config extends StatusConfig>(destination: string, layout: Layout): OperatorVerb<Config> {
  return {
    name: 'status',
    describe: 'Report what has arrived in the bucket, how old it is, and what is missing or in the wrong place',
    options: {
      json: { type: 'boolean', describe: 'The whole report as JSON' },
      'max-age': {
        type: 'string',
        describe: 'Exit with 1 if the newest file is older than this: 15m, 26h, 2d',
      },
      [layout.noun]: { type: 'string', describe: `--max-age judges this ${layout.noun} alone` },
      days: { type: 'string', describe: `How many days back ${layout.period}s without files are looked for (14)` },
      hours: {
        type: 'string',
        describe: 'Event types and fields of files of the last so many hours are compared with earlier ones (24)',
      },
    },
    async *run({ connection, prefix, maxMemoryBytes }, given, context) {
      const { status } = await import('./status.ts');
      yield* status({ destination, layout, connection, prefix, maxMemoryBytes }, given, context);
    },
  };
}
