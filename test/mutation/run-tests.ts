// A process of its own: runs the test file named on the command line in this process, and exits with 1 at the first failure.
import { run } from 'node:test';

import * as fc from 'fast-check';

import { longLists } from '../properties.ts';

// A counterexample is enough: a smaller one would only take time.
fc.configureGlobal({ ...longLists, endOnFailure: true });

const events = run({ files: process.argv.slice(2), isolation: 'none' });
let passed = 0;
events.on('test:pass', () => {
  passed += 1;
});
events.on('test:fail', () => process.exit(1));
events.on('end', () => process.exit(passed > 0 ? 0 : 1));
events.resume();
