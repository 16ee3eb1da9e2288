// The setting `streams`: the first fields of an entry, and that no stream has two entries.
import * as z from 'zod';

import { given, type StreamEntry } from '../input/stream-plan.ts';

/** The first fields of an entry of `streams`. */
export const entryShape = {
  stream: z.string().min(1).meta({ title: 'Stream', description: 'The name of the stream in the catalog.', order: 0 }),
  namespace: z.string().optional().meta({
    title: 'Namespace',
    description: 'The namespace of the stream. Leave it empty to match any namespace.',
    order: 1,
  }),
};

/** Gives a stream another path. */
export const pathName = z
  .string()
  .refine((text) => text.isWellFormed(), 'is not well-formed Unicode')
  .optional();

export const timeField = z.string().optional().meta({
  title: 'Time field',
  description: 'The top-level field with the event time of a record. Leave it empty to use "time".',
});

/** The setting of these entries. */
export function streamEntries<Entry extends z.ZodType<StreamEntry>>(entry: Entry) {
  return z.array(entry).superRefine(refuseSecondEntries).default([]);
}

function refuseSecondEntries(entries: readonly StreamEntry[], context: z.RefinementCtx): void {
  const first = new Map<string, number>();
  for (const [index, { stream, namespace }] of entries.entries()) {
    const key = JSON.stringify([stream, given(namespace)]);
    const before = first.get(key);
    if (before === undefined) first.set(key, index);
    else {
      const message = `is a second entry for the same stream: join it with streams[${before}]`;
      context.addIssue({ code: 'custom', path: [index], message });
    }
  }
}
