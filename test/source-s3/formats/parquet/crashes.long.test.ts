// Runs over Parquet that stop anywhere.
import { parquet } from '../../../support/parquet.ts';
import { registerCrashTests, text } from '../../support/crash-tests.ts';

registerCrashTests('Parquet', {
  format: 'parquet',
  extension: 'parquet',
  make: ([first = 0, ...rest]) => {
    const rows = `SELECT ${first} + i AS id, '${text}' AS text FROM range(${rest.length + 1}) AS numbers(i)`;
    return parquet(rows, 'ROW_GROUP_SIZE 2048');
  },
});
