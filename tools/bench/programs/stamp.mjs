// Reads what a destination prints: of each STATE of feed.mjs a line `{milliseconds of the clock} {next row}`; failures go to the
// standard error.
import { createInterface } from 'node:readline';

for await (const line of createInterface({ input: process.stdin })) {
  const [, next] = /"stream_state":\{"next":(\d+)\}/u.exec(line) ?? [];
  if (next !== undefined) process.stdout.write(`${Date.now()} ${next}\n`);
  else if (line.startsWith('{"type":"TRACE"')) process.stderr.write(`${line}\n`);
}
