// Lists a bucket at the endpoint of the command line and prints `listed`, or the code and message of the failure: for tests
// of what comes from a process's environment.
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import { listPages } from '@s3-connectors/common/s3/list.ts';

import { connect } from '../s3-connection.ts';

try {
  await using connection = connect(process.argv[2] ?? '', { retryBudgetMs: 600_000, idleTimeoutMs: 1000 });
  await Array.fromAsync(listPages(connection.s3, { prefix: '' }));
  process.stdout.write('listed\n');
} catch (error) {
  process.stdout.write(error instanceof ConnectorError ? `${error.code} ${error.message}\n` : `${String(error)}\n`);
}
