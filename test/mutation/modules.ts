// The modules that decide, and the tests that are nearest to each: the test file with the same path below `test/`, and `also`.
export type DecidingModule = { readonly name: string; readonly file: string; readonly also?: readonly string[] };

export const modules: readonly DecidingModule[] = [
  { name: 'cursor', file: 'source-s3/src/cursor.ts', also: ['source-s3/cursor-window'] },
  { name: 'selection', file: 'source-s3/src/selection.ts', also: ['source-s3/selection-rules'] },
  { name: 'durable-states', file: 'common/src/destination/durable-states.ts' },
  { name: 'completion', file: 'common/src/destination/completion.ts' },
  {
    name: 'event-time',
    file: 'common/src/destination/event-time.ts',
    also: ['common/destination/event-time-reference'],
  },
  {
    name: 'generations',
    file: 'common/src/destination/generations.ts',
    also: ['common/destination/successions'],
  },
  {
    name: 'generation-record',
    file: 'common/src/destination/generation-record.ts',
    also: ['common/destination/generations'],
  },
  {
    name: 'replacement',
    file: 'common/src/destination/replacement.ts',
    also: ['common/destination/replacement-steps', 'common/destination/interrupted'],
  },
  {
    name: 'interrupted',
    file: 'common/src/destination/interrupted.ts',
    also: ['common/destination/interrupted-turns', 'common/destination/replacement-steps'],
  },
  { name: 'recovery', file: 'common/src/destination/recovery.ts', also: ['common/destination/replacement'] },
  {
    name: 'staging',
    file: 'common/src/destination/staging.ts',
    also: ['common/destination/interrupted'],
  },
  { name: 'manifest', file: 'common/src/destination/manifest.ts', also: ['common/destination/interrupted'] },
  {
    name: 'own-keys',
    file: 'common/src/destination/own-keys.ts',
    also: ['common/destination/previous-set', 'common/destination/staging'],
  },
  { name: 'redact', file: 'common/src/protocol/redact.ts' },
  {
    name: 'simulate',
    file: 'common/src/permissions/simulate.ts',
    also: ['common/permissions/judging', 'common/permissions/policy'],
  },
  {
    name: 'conditions',
    file: 'common/src/permissions/conditions.ts',
    also: ['common/permissions/judging', 'common/permissions/simulate'],
  },
  {
    name: 'patterns',
    file: 'common/src/permissions/patterns.ts',
    also: ['common/permissions/judging', 'common/permissions/simulate'],
  },
  { name: 'put-attempt', file: 'common/src/s3/put-attempt.ts', also: ['common/s3/write'] },
  { name: 'rotation', file: 'destination-s3-streaming/src/rotation.ts' },
  {
    name: 'spool',
    file: 'destination-s3-batch/src/spool/spool.ts',
    also: ['destination-s3-batch/spool/spool-rules'],
  },
  {
    name: 'spool-file',
    file: 'destination-s3-batch/src/spool/spool-file.ts',
    also: ['destination-s3-batch/spool/spool'],
  },
  {
    name: 'registry',
    file: 'destination-s3-batch/src/columns/registry.ts',
    also: ['destination-s3-batch/columns/registry-round-trip'],
  },
  { name: 'earlier-tables', file: 'destination-s3-batch/src/earlier-tables.ts' },
  { name: 'decide', file: 'destination-s3-batch/src/columns/decide.ts', also: ['destination-s3-batch/columns/typing'] },
  { name: 'fit', file: 'destination-s3-batch/src/columns/fit.ts', also: ['destination-s3-batch/columns/typing'] },
];

/** Paths of the test files, from the root of the repository. They may be missing. */
export function testsOf({ file, also = [] }: DecidingModule): readonly string[] {
  const own = file.replace('/src/', '/').replace(/\.ts$/u, '');
  return [...new Set([own, ...also])].map((path) => `test/${path}.test.ts`);
}
