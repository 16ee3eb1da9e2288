// Finds the stream of a record by the raw bytes of its name and namespace. Records usually come in rows of one stream; for
// those nothing is decoded or built.
import { parseJson } from '../../json/parse-json.ts';
import { wordsOf } from '../../json/words.ts';
import type { Envelope } from '../../records/envelope.ts';
import { knownText, standsAt, type KnownText } from '../../records/known-text.ts';
import { streamKey, type StreamKey } from '../../protocol/stream-key.ts';

type Named = { readonly name: string; readonly namespace?: string | undefined };

/**
 * Streams by their key, and also by their name alone if no other stream has it: PyAirbyte's cache omits the namespace in all
 * its messages.
 */
export function byStreamKey<Target>(
  streams: readonly (readonly [stream: Named, target: Target])[],
): ReadonlyMap<StreamKey, Target> {
  const found = new Map<StreamKey, Target>();
  for (const [{ name }, target] of streams) {
    const isOnly = streams.filter(([other]) => other.name === name).length === 1;
    if (isOnly) found.set(streamKey({ name }), target);
  }
  for (const [stream, target] of streams) found.set(streamKey(stream), target);
  return found;
}

/** The number of remembered spellings of names, and the longest one. */
const maxSpellings = 10_000;
const maxSpellingBytes = 2048;

type Spelling<Target> = { readonly name: KnownText; readonly namespace: KnownText; readonly target: Target };

export class StreamNames<Target> {
  readonly #byKey: ReadonlyMap<StreamKey, Target>;
  readonly #spellings = new Map<string, Spelling<Target>>();
  #last: Spelling<Target> | undefined;

  constructor(byKey: ReadonlyMap<StreamKey, Target>) {
    this.#byKey = byKey;
  }

  /** Undefined for a stream that is not in the catalog. Hot path. */
  find(bytes: Uint8Array, found: Envelope): Target | undefined {
    const known = this.known(bytes, found);
    if (known !== undefined) return known;
    const [name, namespace] = rawNames(bytes, found);
    const target = this.#lookUp(name, namespace);
    const isShort = name.length + namespace.length <= maxSpellingBytes;
    if (target !== undefined && isShort) this.#last = this.#remember(name, namespace, target);
    return target;
  }

  /** What `find` has found before for this spelling. Undefined for new spellings, and if no stream is named. Hot path. */
  known(bytes: Uint8Array, found: Envelope): Target | undefined {
    const { streamStart, streamEnd, namespaceStart, namespaceEnd } = found;
    if (streamStart < 0) return undefined;
    const last = this.#last;
    const isLast =
      last !== undefined &&
      isText(bytes, streamStart, streamEnd, last.name) &&
      (namespaceStart < 0 ? last.namespace.length === 0 : isText(bytes, namespaceStart, namespaceEnd, last.namespace));
    if (isLast) return last.target;
    const isLong = streamEnd - streamStart > maxSpellingBytes || namespaceEnd - namespaceStart > maxSpellingBytes;
    const spelling = isLong ? undefined : this.#spellings.get(rawNames(bytes, found).join(''));
    if (spelling !== undefined) this.#last = spelling;
    return spelling?.target;
  }

  /** Both are raw JSON, one character for each byte. */
  #remember(name: string, namespace: string, target: Target): Spelling<Target> {
    const spelling = { name: knownText(name, 'latin1'), namespace: knownText(namespace, 'latin1'), target };
    if (this.#spellings.size >= maxSpellings) this.#spellings.clear();
    this.#spellings.set(name + namespace, spelling);
    return spelling;
  }

  /** Both are raw JSON, one character for each byte. */
  #lookUp(rawName: string, rawNamespace: string): Target | undefined {
    const name = String(parsed(rawName));
    const json = rawNamespace === '' ? undefined : parsed(rawNamespace);
    return this.#byKey.get(streamKey({ name, namespace: typeof json === 'string' ? json : undefined }));
  }
}

function parsed(raw: string): unknown {
  return parseJson(Buffer.from(raw, 'latin1').toString());
}

/** Stream and namespace as raw JSON, one character for each byte. No namespace is ''. */
function rawNames(
  bytes: Uint8Array,
  { streamStart, streamEnd, namespaceStart, namespaceEnd }: Envelope,
): readonly [name: string, namespace: string] {
  const latin1 = (start: number, end: number): string => {
    return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
  };
  return [latin1(streamStart, streamEnd), namespaceStart < 0 ? '' : latin1(namespaceStart, namespaceEnd)];
}

function isText(bytes: Uint8Array, start: number, end: number, text: KnownText): boolean {
  return end - start === text.length && standsAt(wordsOf(bytes), start, text);
}
