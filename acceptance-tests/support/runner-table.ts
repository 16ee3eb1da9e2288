// What came of each runner with each connector: tests say whom they try in their names, `npm run acceptance` prints the table.
import { test, type TestContext } from 'node:test';

const separator = ' × ';

/** Registers a test of `connector` in `runner`; the table counts it under both. */
export function runnerTest(
  { runner, connector }: { readonly runner: string; readonly connector: string },
  what: string,
  run: (context: TestContext) => Promise<void>,
): void {
  test(`${runner}${separator}${connector}: ${what}`, run);
}

/** What a test says at its start that could not be tried on this machine; the rest is the reason. */
export const notRun = 'NOT RUN';

/** Collects results by the names of the tests. */
export class RunnerTable {
  readonly #notRun = new Map<string, string>();
  readonly #counts = new Map<string, { passed: number; failed: number }>();

  add(name: string, passed: boolean): void {
    const [, key, what] = /^([^:]+ × [^:]+): (.*)/su.exec(name) ?? [];
    if (key === undefined || what === undefined) return;
    if (passed && what.startsWith(notRun)) {
      this.#notRun.set(key, what);
      return;
    }
    const counts = this.#counts.get(key) ?? { passed: 0, failed: 0 };
    if (passed) counts.passed += 1;
    else counts.failed += 1;
    this.#counts.set(key, counts);
  }

  /** Runner, connector and result, a row each. */
  rows(): readonly (readonly string[])[] {
    const run = Array.from(this.#counts, ([key, { passed, failed }]) => {
      const result = failed === 0 ? `${passed} passed` : `${failed} FAILED, ${passed} passed`;
      return [...key.split(separator), result];
    });
    return [...run, ...Array.from(this.#notRun, ([key, why]) => [...key.split(separator), why])];
  }
}

/** Columns as wide as their widest cell. */
export function columns(rows: readonly (readonly string[])[]): string {
  const [header = []] = rows;
  const widths = header.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd())
    .join('\n');
}
