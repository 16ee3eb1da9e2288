// The verb `ddl` of the streaming destination in this process.
import { ddl as commonDdl } from '@s3-connectors/common/destination/ddl/ddl.ts';
import { parseConfig } from '@s3-connectors/common/protocol/config.ts';
import type { OperatorArguments } from '@s3-connectors/common/protocol/connector.ts';
import { silentLog, type Log } from '@s3-connectors/common/protocol/log.ts';

import { configSchema, resolveConfig } from '../../../destination-s3-streaming/src/config/config.ts';
import { tables } from '../../../destination-s3-streaming/src/ddl/tables.ts';
import type { Json } from '../../support/destination-input.ts';

/** What it prints. */
export async function statements(given: OperatorArguments, config: Json, log: Log = silentLog): Promise<string> {
  const resolved = resolveConfig(parseConfig(configSchema, config, silentLog), {});
  const context = { log, signal: new AbortController().signal };
  const printed = await Array.fromAsync(commonDdl(resolved, tables, given, context));
  return printed.map((print) => (typeof print === 'object' && 'sql' in print ? print.sql : '')).join('');
}
