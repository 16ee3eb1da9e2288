// The number of cases of a property with slow cases: `npm test` tries a few of them each time, `npm test -- --all-cases` all.

/** Set by test/run.ts for the processes of its tests. */
export const allCasesVariable = 'S3_CONNECTORS_TEST_ALL_CASES';

export function casesOf(all: number, few: number): number {
  return process.env[allCasesVariable] === undefined ? few : all;
}
