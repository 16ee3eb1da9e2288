import { registerValueTests } from '../../support/hostile/values-in-texts.ts';
import { runWrite } from '../support/batch.ts';

registerValueTests((server, input, config, catalog) => runWrite(server, input, { config, catalog }), 50, [
  { output_format: 'parquet', invalid_records: 'dead_letter' },
  { output_format: 'parquet', invalid_records: 'fail' },
  { output_format: 'json', invalid_records: 'write' },
]);
