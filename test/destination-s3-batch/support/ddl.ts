// The verb `ddl` of the batch destination in this process.
import { ddl as commonDdl } from '@s3-connectors/common/destination/ddl/ddl.ts';
import type { OperatorArguments, Print, VerbContext } from '@s3-connectors/common/protocol/connector.ts';

import type { BatchConfig } from '../../../destination-s3-batch/src/config/config.ts';
import { tables } from '../../../destination-s3-batch/src/ddl/tables.ts';

export function ddl(config: BatchConfig, given: OperatorArguments, context: VerbContext): AsyncGenerator<Print> {
  return commonDdl(config, tables, given, context);
}
