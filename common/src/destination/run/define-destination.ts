// A destination, as the connector's entry point sees it. The modules of its verbs are loaded when they are called: `spec`
// answers without the AWS SDK.
import type * as z from 'zod';

import { inRun, placeOf, type Access, type Writing } from '../../permissions/needs/access.ts';
import { policyVerbs } from '../../permissions/verbs/policy-verbs.ts';
import type { Connector, OperatorVerb, VerbContext } from '../../protocol/connector.ts';
import { specification } from '../../protocol/spec.ts';
import type { CheckedPlace } from '../check/probes.ts';
import type { Layout } from '../layout/layout.ts';
import type { ReadMisfits } from '../status/looks/misfits.ts';
import type { DestinationPlace } from '../config/config.ts';
import { statusVerb } from '../status/status-verb.ts';
import type { OpenRun } from '../shared-run/commit-run.ts';
import { commitVerb } from '../shared-run/commit-verb.ts';

type Write<Config> = NonNullable<Connector<z.ZodObject, Config>['write']>;

type Destination<Schema extends z.ZodObject, Config> = {
  readonly name: 'destination-s3-streaming' | 'destination-s3-batch' | 'feed-kafka';
  readonly title: string;
  readonly schema: Schema;
  readonly resolve: (parsed: z.output<Schema>) => Config;
  readonly layout: Layout;
  /** The S3 access that it needs. */
  readonly access: (writing: Writing) => Access;
  readonly load: () => Promise<{ readonly write: Write<Config> }>;
  /** Loads what `commit` needs. Absent if the destination does not support runs of several writers. */
  readonly loadRun?: () => Promise<OpenRun<Config>>;
  /** Loads what `status` uses to list fields with values that did not fit. */
  readonly misfits?: () => Promise<ReadMisfits>;
  /** What `check` tries before it sends a request to S3. */
  readonly rehearse?: (config: Config, context: VerbContext) => Promise<void>;
  /** In addition to the verbs for policies. */
  readonly verbs?: readonly OperatorVerb<Config>[];
};

export function defineDestination<
  Schema extends z.ZodObject,
  Config extends DestinationPlace & CheckedPlace & { readonly maxMemoryBytes: number },
>(destination: Destination<Schema, Config>) {
  const { name, title, schema, resolve, layout, access, load, loadRun, misfits, rehearse, verbs = [] } = destination;
  const accessOf = ({ connection, prefix, headers, run }: Config): Access => {
    const needed = access({ ...placeOf(connection), prefix, headers });
    return run === undefined ? needed : inRun(needed);
  };
  return {
    name,
    version: '0.1.0',
    schema,
    spec: specification({
      config: schema,
      title,
      documentationUrl: `https://github.com/s3-connectors/s3-connectors#${name}`,
      supported_destination_sync_modes: ['append', 'overwrite'],
    }),
    resolve,
    async check(config, context) {
      await rehearse?.(config, context);
      const { check } = await import('../check/check.ts');
      await check(config, accessOf(config), context);
    },
    async *write(...given) {
      const { write } = await load();
      yield* write(...given);
    },
    operatorVerbs: [
      ...policyVerbs(accessOf, { hasStatus: true }),
      statusVerb({ destination: name, layout, misfits }),
      ...(loadRun === undefined ? [] : [commitVerb(loadRun)]),
      ...verbs,
    ],
  } satisfies Connector<Schema, Config>;
}
