import { registerValueTests } from '../support/hostile/values-in-texts.ts';
import { runWrite } from './support/streaming.ts';

registerValueTests((server, input, config, catalog) => runWrite(server, input, { config, catalog }), 150, [
  { invalid_records: 'dead_letter' },
  { invalid_records: 'fail' },
  { invalid_records: 'write' },
]);
