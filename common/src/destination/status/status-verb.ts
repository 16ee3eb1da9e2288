// `status` on the command line, the same for both destinations. What it does is loaded when it is asked for, so that `spec` answers at once.
import type { OperatorVerb } from '../../protocol/connector.ts';
import type { Connection } from '../../s3/connection/config.ts';
import type { WriteHeaders } from '../../s3/write.ts';
import type { Layout } from '../layout/layout.ts';
import type { ReadMisfits } from './looks/misfits.ts';

type StatusConfig = {
  readonly connection: Connection;
  readonly prefix: string;
  readonly headers: WriteHeaders;
  readonly maxMemoryBytes: number;
};

type About = {
  readonly destination: string;
  readonly layout: Layout;
  /** Loads what reads the types that a destination keeps. */
  readonly misfits?: (() => Promise<ReadMisfits>) | undefined;
};

export function statusVerb<Config extends StatusConfig>({ destination, layout, misfits }: About): OperatorVerb<Config> {
  return {
    name: 'status',
    describe: 'Report what has arrived in the bucket, how old it is, and what is missing or in the wrong place',
    options: {
      json: { type: 'boolean', describe: 'The whole report as JSON' },
      html: { type: 'string', describe: 'Also write the report as a page to this file, to look at in a browser' },
      'max-age': {
        type: 'string',
        describe: 'Exit with 1 if the newest file is older than this: 15m, 26h, 2d',
      },
      [layout.noun]: { type: 'string', describe: `--max-age judges this ${layout.noun} alone` },
      days: { type: 'string', describe: `How many days back ${layout.period}s without files are looked for (14)` },
      hours: {
        type: 'string',
        describe: 'Types and fields of files of the last so many hours are compared with earlier ones (24; tables: 48)',
      },
    },
    async *run({ connection, prefix, headers, maxMemoryBytes }, given, context) {
      const { status } = await import('./status.ts');
      const task = { destination, layout, connection, prefix, headers, maxMemoryBytes };
      const readMisfits = await misfits?.();
      yield* status(readMisfits === undefined ? task : { ...task, readMisfits }, given, context);
    },
  };
}
