// Singer's state of a tap: one value for all streams, with the progress of each as its bookmark.
import { ConnectorError } from '../protocol/errors.ts';
import { isObject, type JsonObject } from '../protocol/messages.ts';

/** Progress by stream ID, in the order in which the streams appeared. */
export type Bookmarks = ReadonlyMap<string, JsonObject>;

/**
 * Reads the value of `--state`: nothing, `{}`, or `{"bookmarks": {…}}`. Other keys come from other taps and are ignored.
 * @throws STATE_INVALID for anything else.
 */
export function parseBookmarks(json: unknown): Bookmarks {
  if (json === undefined || json === null) return new Map();
  const bookmarks = isObject(json) ? (json['bookmarks'] ?? {}) : undefined;
  if (!isObject(bookmarks)) throw invalid('it must be an object with the object "bookmarks"');
  const entries = Object.entries(bookmarks).map(([id, bookmark]) => {
    if (!isObject(bookmark)) throw invalid(`the bookmark of "${id}" must be an object`);
    return [id, bookmark] as const;
  });
  return new Map(entries.filter(([, bookmark]) => Object.keys(bookmark).length > 0));
}

/** The value of a STATE. Its size is the sum of its bookmarks. */
export function stateValue(bookmarks: Bookmarks): JsonObject {
  return { bookmarks: Object.fromEntries(bookmarks) };
}

function invalid(what: string): ConnectorError {
  return new ConnectorError(
    'STATE_INVALID',
    `The saved state is not valid: ${what}. Clear it to start from the beginning.`,
  );
}
