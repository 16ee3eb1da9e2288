// What a tap sends to a target, and the runs of `write` that it becomes.
import type { ConfiguredStream } from '@s3-connectors/common/protocol/catalog.ts';
import { readLines } from '@s3-connectors/common/protocol/lines.ts';
import { silentLog } from '@s3-connectors/common/protocol/log.ts';
import { TargetLines } from '@s3-connectors/common/singer/target-lines.ts';
import { writeRuns } from '@s3-connectors/common/singer/target-runs.ts';

export type Run = {
  readonly catalog: readonly ConfiguredStream[];
  readonly lines: string[];
  readonly tooLong: number[];
};
export type Sent = { readonly runs: readonly Run[]; readonly printed: readonly string[]; readonly error: unknown };

export const now = /"emitted_at":\d{13}\}\}$/u;

export const limits = { maxLineBytes: 100_000, outlineDepth: 2 };

/** A destination that gives each state back when it comes, and keeps what it was sent. */
export async function send(input: string, target = new TargetLines(silentLog), chunk = input.length): Promise<Sent> {
  const runs: Run[] = [];
  const printed: string[] = [];
  async function* write(catalog: readonly ConfiguredStream[], lines: AsyncIterable<Uint8Array>) {
    const run: Run = { catalog, lines: [], tooLong: [] };
    runs.push(run);
    for await (const batch of readLines(lines, limits)) {
      if (batch.tooLong !== undefined) run.tooLong.push(batch.tooLong.size);
      for (const line of batch.bytes.toString().split('\n').slice(0, -1)) {
        run.lines.push(line);
        if (line.startsWith('{"type":"STATE"')) yield Buffer.from(`${line.slice(0, -2)},"more":1}}\n`);
      }
    }
  }
  async function* chunks(): AsyncGenerator<Uint8Array> {
    const bytes = Buffer.from(input);
    for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
  }
  let error: unknown;
  try {
    for await (const line of writeRuns(target, readLines(chunks(), limits), write))
      printed.push(Buffer.from(line).toString());
  } catch (thrown) {
    error = thrown;
  }
  return { runs, printed, error };
}

export function schema(stream: string, keys: readonly string[] = [], properties: object = {}): string {
  const message = { type: 'SCHEMA', stream, schema: { properties }, key_properties: keys };
  return `${JSON.stringify(message)}\n`;
}

export function record(stream: string, row: string, more = ''): string {
  return `{"type":"RECORD","stream":"${stream}","record":${row}${more}}\n`;
}

export const state = (value: string): string => `{"type":"STATE","value":${value}}\n`;
export const activate = (stream: string, version: number): string =>
  `${JSON.stringify({ type: 'ACTIVATE_VERSION', stream, version })}\n`;

export function withoutTime(line: string): string {
  return line.replaceAll(/"emitted_at":\d+/gu, '');
}

export function names({ catalog }: Run): readonly string[] {
  return catalog.map(({ name }) => name);
}
