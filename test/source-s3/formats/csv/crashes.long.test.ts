// Runs over CSV that stop anywhere.
import { registerCrashTests, text } from '../../support/crash-tests.ts';

const quoted = `"${text.replaceAll('"', '""')}"`;

registerCrashTests('CSV', {
  format: 'csv',
  extension: 'csv',
  make: (ids) => `id,text\n${ids.map((id) => `${id},${quoted}\n`).join('')}`,
});
