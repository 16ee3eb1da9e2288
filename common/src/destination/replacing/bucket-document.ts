// Documents that a destination stores in the bucket and reads again. Everyone with write access can copy, damage or forge them,
// so each is refused, by its key, unless it is a possible document of this connector for its own place. Pure.
import type * as z from 'zod';

import { parseJson } from '../../json/parse-json.ts';
import { ConnectorError } from '../../protocol/errors.ts';
import type { OwnKey } from '../../s3/own-key.ts';
import { tellApart, type DataPlace } from './own-keys.ts';

/** A text from a document, in quotes and cut. */
export function shownText(text: string): string {
  return JSON.stringify(text.slice(0, 200));
}

/** `why`: the rest of a sentence that begins with the document. */
export function refusedDocument(key: string, why: string, cause?: unknown): ConnectorError {
  const text = `"${key}" ${why}. It was copied from elsewhere, damaged, or written by another program or version. Nothing is deleted because of it. See "A document in the bucket is refused" in docs/troubleshooting.md.`;
  return new ConnectorError('BUCKET_DOCUMENT_INVALID', text, { cause });
}

/** @throws BUCKET_DOCUMENT_INVALID for anything but JSON of that form. */
export function parseDocument<Schema extends z.ZodType>(
  key: string,
  body: Uint8Array,
  schema: Schema,
): z.output<Schema> {
  try {
    return schema.parse(parseJson(Buffer.from(body).toString()));
  } catch (error) {
    throw refusedDocument(key, 'is not a document that this version reads', error);
  }
}

/** @throws BUCKET_DOCUMENT_INVALID for a document of a folder that is not the place's. */
export function refuseOtherFolder(key: string, folder: string, place: DataPlace): void {
  if (folder === place.folder) return;
  throw refusedDocument(key, `is of the folder ${shownText(folder)}, not of "${place.folder}"`);
}

/** @throws BUCKET_DOCUMENT_INVALID if the document names a key that is not of a file of this connector in the place. */
export function ownKeysOf(
  { prefix, place, key }: { readonly prefix: string; readonly place: DataPlace; readonly key: string },
  named: readonly string[],
): readonly OwnKey[] {
  const { ours, others } = tellApart(prefix, place, named);
  const [other] = others;
  if (other === undefined) return ours;
  const text = `names ${shownText(other)}, which is not a file of this connector in "${place.folder}"`;
  throw refusedDocument(key, text);
}
