// The hop that makes lines of fetched units, one after another, for any format.
import type { ListedObject } from '@s3-connectors/common/s3/list.ts';

import { asChanged, type FetchedStep, type VersionPart } from './steps.ts';

/** The remaining units of a changed object are skipped. */
export async function* decodeUnits(
  steps: AsyncIterable<FetchedStep>,
  signal: AbortSignal,
): AsyncGenerator<VersionPart> {
  let gone: ListedObject | undefined;
  let rows = 0;
  for await (const step of steps) {
    const object = 'file' in step ? step.file.object : step.object;
    if (object === gone) {
      if (step.kind === 'fetched') await step.unit[Symbol.asyncDispose]();
      continue;
    }
    for await (const part of step.kind === 'fetched' ? decode(step, signal) : [step]) {
      if (part.kind === 'lines') rows += part.rows;
      if (part.kind === 'changed') gone = object;
      yield part.kind === 'changed' ? { ...part, rows } : part;
      if (part.kind === 'changed' || part.kind === 'end') rows = 0;
    }
  }
}

/** A format may read more from the bucket while it decodes, and find only then that the object has changed. */
async function* decode(
  { file, unit: fetched, nulled }: Extract<FetchedStep, { kind: 'fetched' }>,
  signal: AbortSignal,
) {
  await using unit = fetched;
  const { key, etag } = file.object;
  try {
    for await (const { bytes, rows, place, findings } of unit.lines(signal)) {
      const position = { key, etag, ...place };
      const found = findings && {
        ...findings,
        nulled: [...findings.nulled, ...nulled.map((field) => ({ field, rows }))],
      };
      yield { kind: 'lines' as const, bytes, rows, position, file, findings: nulled.length > 0 ? found : findings };
    }
  } catch (error) {
    yield asChanged(file.object, error);
  }
}
