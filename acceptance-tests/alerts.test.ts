// The alert rules of docs/monitoring in Prometheus's own tool: they are valid, and raise the alerts that they should, and no other.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { before, suite, test } from 'node:test';
import { promisify } from 'node:util';

import { unpackProgram } from './support/debian.ts';

const execute = promisify(execFile);
const root = join(import.meta.dirname, '..');
const remedy = 'The alert rules are tested by promtool: install it (apt-get install prometheus).';

suite('the alert rules', () => {
  let promtool: string;
  before(async () => {
    const folder = join(root, 'node_modules/.cache/prometheus');
    promtool = await unpackProgram('promtool', { debianPackage: 'prometheus', remedy }, folder);
  });

  test('are rules of Prometheus', async () => {
    await execute(promtool, ['check', 'rules', join(root, 'docs/monitoring/alerts.yml')]);
  });

  test('are raised by rows that are late, by refusals and by a STATE that waits, and by nothing else', async () => {
    await execute(promtool, ['test', 'rules', join(root, 'acceptance-tests/monitoring/alerts.yml')]);
  });
});
