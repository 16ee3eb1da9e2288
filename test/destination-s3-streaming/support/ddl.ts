// The verb `ddl` of the streaming destination in this process.
import { ddl as commonDdl } from '@s3-connectors/common/destination/ddl/ddl.ts';
import { parseConfig } from '@s3-connectors/common/protocol/config.ts';
import type { OperatorArguments, VerbContext } from '@s3-connectors/common/protocol/connector.ts';
import { silentLog } from '@s3-connectors/common/protocol/log.ts';

import { configSchema, resolveConfig } from '../../../destination-s3-streaming/src/config/config.ts';
import { tables } from '../../../destination-s3-streaming/src/ddl/tables.ts';
import type { Json } from '../../support/destination-input.ts';

type DdlContext = Pick<VerbContext, 'log' | 'signal'>;

/** What it prints. */
export async function statements(
  given: OperatorArguments,
  config: Json,
  more: Partial<DdlContext> = {},
): Promise<string> {
  const resolved = resolveConfig(parseConfig(configSchema, config, silentLog), {});
  const context = { log: silentLog, signal: new AbortController().signal, ...more };
  const printed = await Array.fromAsync(commonDdl(resolved, tables, given, context));
  return printed.map((print) => (typeof print === 'object' && 'sql' in print ? print.sql : '')).join('');
}
