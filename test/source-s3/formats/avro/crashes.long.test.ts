// Runs over Avro that stop anywhere.
import { avroFile, recordOf } from '../../support/avro.ts';
import { registerCrashTests, text } from '../../support/crash-tests.ts';

const schema = recordOf({ id: 'int', text: 'string' });

registerCrashTests('Avro', {
  format: 'avro',
  extension: 'avro',
  make: (ids) => {
    const rows = ids.map((id) => ({ id, text }));
    return avroFile(schema, rows, { codec: 'deflate', blockRows: 300 });
  },
});
