// `status` on the command line, for both destinations. Its code is loaded when it is called, so that `spec` answers at once.
import type { OperatorVerb } from '../../protocol/connector.ts';
import type { ReadMisfits } from './looks/misfits.ts';
import type { StatusTask } from './status.ts';

type About = Pick<StatusTask, 'destination' | 'layout'> & {
  /** Loads the reader of the types that a destination keeps. */
  readonly misfits?: (() => Promise<ReadMisfits>) | undefined;
};

export function statusVerb<Config extends Omit<StatusTask, keyof About>>({
  destination,
  layout,
  misfits,
}: About): OperatorVerb<Config> {
  return {
    name: 'status',
    describe: 'Report which data is in the bucket, how old it is, and what is missing or in the wrong place.',
    options: {
      json: { type: 'boolean', describe: 'Print the full report as JSON.' },
      html: { type: 'string', describe: 'Also write the report to this file, as a page for a browser.' },
      'max-age': {
        type: 'string',
        describe: 'Exit with 1 if the newest file is older than this, such as 15m, 26h or 2d.',
      },
      [layout.noun]: { type: 'string', describe: `Apply --max-age only to this ${layout.noun}.` },
      days: { type: 'string', describe: `Look for ${layout.period}s without files in this number of past days (14).` },
      hours: {
        type: 'string',
        describe: 'Compare types and fields of this number of past hours with earlier files (24, or 48 for tables).',
      },
    },
    async *run({ connection, prefix, headers, maxMemoryBytes }, given, context) {
      const { status } = await import('./status.ts');
      const task = { destination, layout, connection, prefix, headers, maxMemoryBytes };
      yield* status({ ...task, readMisfits: await misfits?.() }, given, context);
    },
  };
}
