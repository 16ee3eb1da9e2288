// Splits a target's input into runs of the destination's `write`. The catalog of a run is fixed, but a tap can name a stream at any
// time. A record that does not match ends the run, whose rows and states are then durable, and begins the next one. Taps name
// each stream once, so there are about as many runs as streams. Only the last run replaces the rows of earlier versions, because
// more records of a stream may follow until the input ends.
import { findMember, skipSpace } from '../json/json-bytes.ts';
import type { ConfiguredStream } from '../protocol/catalog.ts';
import type { Output } from '../protocol/connector.ts';
import type { LineBatch } from '../protocol/lines.ts';
import { streamStatus } from '../protocol/messages.ts';
import type { Taken, TargetLines } from './target-lines.ts';
import { fitsRun, type TargetStream } from './target-streams.ts';

type Write = (catalog: readonly ConfiguredStream[], input: AsyncIterable<Uint8Array>) => AsyncIterable<Output>;

/** The rest of a batch, from a line on. */
type Rest = { readonly batch: LineBatch; readonly from: number };

/**
 * Yields the lines for stdout: the value of each STATE when everything before it is durable. A run that ends before its input was
 * stopped, and is the last one.
 * @throws INPUT_INVALID, or the errors of `write`, after acknowledging all durable states.
 */
export async function* writeRuns(
  target: TargetLines,
  batches: AsyncGenerator<LineBatch>,
  write: Write,
): AsyncGenerator<Uint8Array> {
  let rest: Rest | undefined;
  let wasTaken = false;
  /** The streams that the run completes. */
  let ending: readonly TargetStream[] = [];
  const next = async (): Promise<void> => {
    rest = restOf(await batches.next());
  };
  async function* input(): AsyncGenerator<Uint8Array> {
    wasTaken = false;
    while (rest !== undefined) {
      const { batch }: Rest = rest;
      const taken = yield* linesOf(target, rest);
      if (taken.needsRun) {
        rest = { batch, from: taken.next };
        break;
      }
      await next();
    }
    if (rest === undefined) {
      ending = target.streams.proven().filter((stream) => fitsRun(stream, stream.version));
      yield completions(ending);
    }
    wasTaken = true;
  }
  try {
    await next();
    for (;;) {
      if (rest !== undefined) {
        const { batch, from }: Rest = rest;
        const taken = yield* idleLinesOf(target, { batch, from });
        if (!taken.needsRun) {
          await next();
          continue;
        }
        rest = { batch, from: taken.next };
      } else if (target.streams.proven().length === 0) return;
      for await (const output of write(target.streams.plan(), input())) {
        if (output instanceof Uint8Array) yield stateLine(sharedState(output));
      }
      if (!wasTaken) return;
      for (const stream of ending) stream.replaced = !stream.failed;
    }
  } finally {
    await batches.return(undefined);
  }
}

function restOf({ value, done }: IteratorResult<LineBatch>): Rest | undefined {
  return done === true ? undefined : { batch: value, from: 0 };
}

/** Before the first record, a STATE is printed at once. */
function* idleLinesOf(target: TargetLines, { batch, from }: Rest): Generator<Uint8Array, Taken> {
  const early: Uint8Array[] = [];
  const taken = target.take(batch, from, {
    part: () => undefined,
    state: (value) => void early.push(stateLine(value)),
  });
  yield* early;
  return taken;
}

/** The input of `write`: the consumed lines. */
function* linesOf(target: TargetLines, { batch, from }: Rest): Generator<Uint8Array, Taken> {
  const parts: Uint8Array[] = [];
  const sink = {
    part: (bytes: Uint8Array) => void parts.push(bytes),
    state: (value: Uint8Array) => void parts.push(opening, value, closing),
  };
  let taken;
  try {
    taken = target.take(batch, from, sink);
  } catch (error) {
    yield Buffer.concat(parts); // Keeps the lines before the fault.
    throw error;
  }
  if (parts.length > 0) yield Buffer.concat(parts);
  if (taken.missing !== undefined) yield* restOfLine(taken.missing);
  return taken;
}

/** The statuses that a modern Airbyte platform sends for complete streams. */
function completions(streams: readonly TargetStream[]): Uint8Array {
  const lines = streams.map(({ schema }) => `${JSON.stringify(streamStatus({ name: schema.stream }, 'COMPLETE'))}\n`);
  return Buffer.from(lines.join(''));
}

const spaces = Buffer.alloc(64 * 1024, ' ');

/** Filler for the bytes of a long line that were not kept. `write` handles long lines without reading their ends. */
function* restOfLine(missing: number): Generator<Uint8Array> {
  for (let left = missing; left > 0; left -= spaces.length) yield spaces.subarray(0, left);
  yield Buffer.from('\n');
}

const opening = Buffer.from('{"type":"STATE","state":{"type":"GLOBAL","global":{"stream_states":[],"shared_state":');
const closing = Buffer.from('}}}\n');

/** The value in a STATE line that `write` returned. */
function sharedState(line: Uint8Array): Uint8Array {
  const inside = (start: number, name: string): number => findMember(line, start, name)?.valueStart ?? start;
  const global = inside(inside(skipSpace(line, 0), 'state'), 'global');
  const value = findMember(line, global, 'shared_state');
  if (value === undefined) throw new TypeError('the destination gave a state back that it was not given');
  return line.subarray(value.valueStart, value.valueEnd);
}

function stateLine(value: Uint8Array): Uint8Array {
  return Buffer.concat([value, Buffer.from('\n')]);
}
