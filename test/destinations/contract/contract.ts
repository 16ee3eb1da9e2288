// What holds for every destination, whatever it writes.
import { registerBucketTests } from './hostile-bucket.ts';
import { registerNameTests } from './hostile-names.ts';
import { registerPartitionTests } from './partitions.ts';
import { registerRepairedRecords } from './repaired-records.ts';
import { registerReplacementTests } from './replacement.ts';
import { registerReplacementFailures } from './replacement-failures.ts';
import { registerGenerationTests } from './generations.ts';
import { registerInputEnds } from './input-ends.ts';
import { registerRunFormTests } from './run-form.ts';
import { registerSharedRunTests } from './shared-run.ts';
import { registerStreamFailures } from './stream-failures.ts';
import { registerTimeFieldTests } from './time-field.ts';
import type { DestinationUnderTest } from './under-test.ts';
import { registerWaitingStates } from './waiting-states.ts';

/** Call it in its own test file. */
export function registerDestinationTests(destination: DestinationUnderTest): void {
  registerReplacementTests(destination);
  registerInputEnds(destination);
  registerGenerationTests(destination);
  registerWaitingStates(destination);
  registerReplacementFailures(destination);
  registerStreamFailures(destination);
  registerSharedRunTests(destination);
  registerRunFormTests(destination);
  registerRepairedRecords(destination);
  registerTimeFieldTests(destination);
}

/** The same with names, buckets and partitions that are made up by chance; to be called in a long test file. */
export function registerHostileTests(destination: DestinationUnderTest): void {
  registerNameTests(destination);
  registerBucketTests(destination);
  registerPartitionTests(destination);
}
