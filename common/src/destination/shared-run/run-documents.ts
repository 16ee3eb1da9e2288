// The documents that the writers of a run share, as JSON below `{prefix}_runs/{run}/`. Each is written only if it is new, or over
// the version that was read:
//
//   run.json            by the first writer: the number of parts, what is written, and the current export of each table
//   parts/{index}.json  by the first attempt at the part that is complete: its files, counts and last STATEs. That attempt wins
//   commit.json         by the process that publishes all parts or aborts the run; a finished run keeps it
//
// Pure: text and values; run-store.ts reads and writes them. A document that was read is untrusted input: each key
// in it is proven to be of its place before anything uses it.
import * as z from 'zod';

import { parseJson } from '../../json/parse-json.ts';
import { isObject } from '../../protocol/messages.ts';
import { parseDocument, refusedDocument, shownText } from '../replacing/bucket-document.ts';
import { attemptDigits, type Attempt } from '../replacing/run-id.ts';
import { mostShards } from '../../program/scheduler.ts';

const text = z.string();
const natural = z.int().nonnegative();
const stream = z.object({ name: text, namespace: text.exactOptional() });
const stateLine = z.string().refine(isStateLine);
const head = { version: z.literal(1), run: text };

/**
 * A stream that all writers of a run must agree on. `mode`: what happens to its earlier data. `form`: the settings for the form
 * of its files and rows; earlier versions did not write it.
 */
const plannedStream = z.object({
  stream,
  folder: text,
  mode: z.enum(['keep', 'replace', 'outlive']),
  form: z.record(text, text).exactOptional(),
});
export type PlannedStream = z.output<typeof plannedStream>;

/** `tables`: those with a current export, which the run replaces. */
const beginning = z.object({
  ...head,
  count: z.int().min(1).max(mostShards),
  streams: z.array(plannedStream),
  tables: z.array(z.object({ name: text, export: text })),
});
export type RunBeginning = z.output<typeof beginning>;

const partFile = z.object({
  key: text,
  bytes: natural,
  crc32: text,
  etag: text,
  rows: natural,
  min_time: z.number().nullable(),
  max_time: z.number().nullable(),
});
export type PartFile = z.output<typeof partFile>;

/** `accepted`, `rejected`: records. `places`: types or tables. */
const partStream = z.object({
  stream,
  accepted: natural,
  rejected: natural,
  places: z.array(z.object({ name: text, files: z.array(partFile) })),
});
export type PartStream = z.output<typeof partStream>;

/** `unknown`: records of streams that are not in the catalog. `states`: the last line of each scope, in order. */
const part = z.object({
  ...head,
  index: natural,
  attempt: z.string().regex(new RegExp(`^${attemptDigits}$`, 'u')),
  streams: z.array(partStream),
  unknown: natural,
  states: z.array(stateLine),
});
export type PartDocument = z.output<typeof part>;

/** `owner`: the attempt that commits. `time`: when the run was committed; earlier versions did not write it. */
const outcome = z.object({
  ...head,
  state: z.enum(['committing', 'committed', 'aborted']),
  owner: text,
  states: z.array(stateLine),
  time: z.iso.datetime().exactOptional(),
});
export type RunOutcome = z.output<typeof outcome>;

/** @throws BUCKET_DOCUMENT_INVALID, like the other functions here. */
export function parseBeginning(key: string, body: Uint8Array, run: string): RunBeginning {
  return ofRun(key, parseDocument(key, body, beginning), run);
}

export function parsePart(key: string, body: Uint8Array, { id, index }: Pick<Attempt, 'id' | 'index'>): PartDocument {
  const read = ofRun(key, parseDocument(key, body, part), id);
  if (read.index !== index) throw refusedDocument(key, `is of the part ${read.index}`);
  return read;
}

export function parseOutcome(key: string, body: Uint8Array, run: string): RunOutcome {
  return ofRun(key, parseDocument(key, body, outcome), run);
}

export function format(document: RunBeginning | PartDocument | RunOutcome): Buffer {
  return Buffer.from(`${JSON.stringify(document)}\n`);
}

/** It is printed as it is, so it must be one line with a STATE. */
function isStateLine(line: string): boolean {
  if (line.indexOf('\n') !== line.length - 1) return false;
  try {
    const message = parseJson(line);
    return isObject(message) && message['type'] === 'STATE' && isObject(message['state']);
  } catch {
    return false;
  }
}

function ofRun<Document extends { readonly run: string }>(key: string, document: Document, run: string): Document {
  if (document.run === run) return document;
  throw refusedDocument(key, `is of the run ${shownText(document.run)}`);
}
