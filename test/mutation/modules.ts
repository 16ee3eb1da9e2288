// The modules that decide, and the tests that are nearest to each: the test file with the same path below `test/`, and `also`.
export type DecidingModule = { readonly name: string; readonly file: string; readonly also?: readonly string[] };

export const modules: readonly DecidingModule[] = [
  {
    name: 'cursor',
    file: 'source-s3/src/progress/cursor.ts',
    also: ['source-s3/progress/cursor-window', 'source-s3/progress/late-objects', 'source-s3/progress/shard-states'],
  },
  {
    name: 'selection',
    file: 'source-s3/src/layout/selection.ts',
    also: ['source-s3/layout/selection-rules', 'source-s3/layout/asked-names', 'source-s3/listing/bounded-listing'],
  },
  { name: 'durable-states', file: 'common/src/destination/input/durable-states.ts' },
  { name: 'completion', file: 'common/src/destination/input/completion.ts' },
  {
    name: 'event-time',
    file: 'common/src/records/event-time.ts',
    also: ['common/records/event-time-reference'],
  },
  {
    name: 'generations',
    file: 'common/src/destination/replacing/generations.ts',
    also: ['common/destination/replacing/successions'],
  },
  {
    name: 'generation-record',
    file: 'common/src/destination/replacing/generation-record.ts',
    also: ['common/destination/replacing/generations', 'common/destination/replacing/generation-claims'],
  },
  {
    name: 'replacement',
    file: 'common/src/destination/replacing/replacement.ts',
    also: ['common/destination/replacing/replacement-steps', 'common/destination/replacing/interrupted'],
  },
  {
    name: 'interrupted',
    file: 'common/src/destination/replacing/interrupted.ts',
    also: ['common/destination/replacing/interrupted-turns', 'common/destination/replacing/replacement-steps'],
  },
  {
    name: 'recovery',
    file: 'common/src/destination/replacing/recovery.ts',
    also: ['common/destination/replacing/replacement'],
  },
  {
    name: 'staging',
    file: 'common/src/destination/replacing/staging.ts',
    also: ['common/destination/replacing/interrupted'],
  },
  {
    name: 'own-keys',
    file: 'common/src/destination/replacing/own-keys.ts',
    also: ['common/destination/replacing/previous-set', 'common/destination/replacing/staging'],
  },
  { name: 'redact', file: 'common/src/program/stdio/redact.ts' },
  {
    name: 'simulate',
    file: 'common/src/permissions/judge/simulate.ts',
    also: ['common/permissions/judging', 'common/permissions/policy/policy'],
  },
  {
    name: 'conditions',
    file: 'common/src/permissions/judge/conditions.ts',
    also: ['common/permissions/judging', 'common/permissions/judge/simulate'],
  },
  {
    name: 'patterns',
    file: 'common/src/permissions/judge/patterns.ts',
    also: ['common/permissions/judging', 'common/permissions/judge/simulate'],
  },
  { name: 'put-attempt', file: 'common/src/s3/put-attempt.ts', also: ['common/s3/write'] },
  { name: 'rotation', file: 'destination-s3-streaming/src/files/rotation.ts' },
  {
    name: 'spool',
    file: 'destination-s3-batch/src/spool/spool.ts',
    also: ['destination-s3-batch/spool/spool-rules', 'destination-s3-batch/spool/spool-bounds'],
  },
  {
    name: 'spool-file',
    file: 'destination-s3-batch/src/spool/spool-file.ts',
    also: ['destination-s3-batch/spool/spool'],
  },
  {
    name: 'rows-file',
    file: 'destination-s3-batch/src/spool/rows-file.ts',
    also: ['destination-s3-batch/spool/spool', 'destination-s3-batch/spool/spool-file'],
  },
  {
    name: 'registry',
    file: 'destination-s3-batch/src/columns/registry/registry.ts',
    also: ['destination-s3-batch/columns/registry/registry-round-trip'],
  },
  {
    name: 'earlier-tables',
    file: 'destination-s3-batch/src/run/earlier-tables.ts',
    also: ['destination-s3-batch/run/claimed-tables'],
  },
  {
    name: 'decide',
    file: 'destination-s3-batch/src/columns/decide/decide.ts',
    also: ['destination-s3-batch/columns/typing'],
  },
  { name: 'fit', file: 'destination-s3-batch/src/columns/fit/fit.ts', also: ['destination-s3-batch/columns/typing'] },
];

/** Paths of the test files, from the root of the repository. They may be missing. */
export function testsOf({ file, also = [] }: DecidingModule): readonly string[] {
  const own = file.replace('/src/', '/').replace(/\.ts$/u, '');
  return [...new Set([own, ...also])].map((path) => `test/${path}.test.ts`);
}
