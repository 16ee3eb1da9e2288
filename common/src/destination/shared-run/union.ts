// The parts of a run together: the files of each stream in each place, and the number of its records. A part names only files
// of its own attempt, because their staged keys are derived from the part. It is proven here that each final key is in a place
// of its stream. Pure.
import type { StreamDescriptor } from '../../protocol/errors.ts';
import { countOf } from '../../program/text-layout.ts';
import { streamKey } from '../../protocol/stream-key.ts';
import { renamedKey } from '../files/file-names.ts';
import type { Layout } from '../layout/layout.ts';
import { ownKeysOf, refusedDocument, shownText } from '../replacing/bucket-document.ts';
import { attemptKey, type DataPlace } from '../replacing/own-keys.ts';
import type { StagedFile } from '../replacing/staging.ts';
import type { PartDocument, PartFile, PartStream } from './run-documents.ts';
import { runsFolder } from './run-store.ts';

/** A stream of the catalog. `mayFill`: whether its rows can be in the place of that name. */
type RunStream = {
  readonly index: number;
  readonly stream: StreamDescriptor;
  readonly label: string;
  readonly isReplaced: boolean;
  readonly mayFill: (name: string) => boolean;
};

type StreamUnion = {
  accepted: number;
  rejected: number;
  /** By the names of their places. */
  readonly files: Map<string, StagedFile[]>;
};

export type Union = {
  /** By the number of the stream. */
  readonly streams: ReadonlyMap<number, StreamUnion>;
  unknown: number;
  readonly states: string[];
};

type Uniting = {
  readonly prefix: string;
  readonly layout: Layout;
  readonly streams: readonly RunStream[];
  /** Part of the file names of replaced streams, so that no two commits of a run write the same key. */
  readonly salt: string;
};

type Origin = { readonly part: PartDocument; readonly partKey: string };

/** Takes parts, one after another. Bound: about 500 bytes for each file. */
export class PartUnion {
  readonly union: Union;
  readonly #uniting: Uniting;
  readonly #keys = new Set<string>();

  constructor(uniting: Uniting) {
    this.#uniting = uniting;
    const streams = new Map<number, StreamUnion>();
    for (const { index } of uniting.streams) streams.set(index, { accepted: 0, rejected: 0, files: new Map() });
    this.union = { streams, unknown: 0, states: [] };
  }

  /** @throws BUCKET_DOCUMENT_INVALID for a part that is not of these streams, or names a file outside its place. */
  add(part: PartDocument): void {
    const { streams } = this.#uniting;
    const partKey = `${runsFolder(this.#uniting.prefix)}${part.run}/parts/${part.index}.json`;
    const found = new Map(part.streams.map((one) => [streamKey(one.stream), one]));
    if (found.size !== streams.length || part.streams.length !== streams.length) {
      throw refusedDocument(
        partKey,
        `has ${countOf(part.streams.length, 'stream')}, and the catalog ${streams.length}`,
      );
    }
    for (const stream of streams) {
      const one = found.get(streamKey(stream.stream));
      if (one === undefined) throw refusedDocument(partKey, `has nothing of the stream "${stream.label}"`);
      this.#addStream(stream, one, { part, partKey });
    }
    this.union.unknown += part.unknown;
    this.union.states.push(...part.states);
  }

  #addStream(stream: RunStream, { accepted, rejected, places }: PartStream, origin: Origin): void {
    const into = this.union.streams.get(stream.index) as StreamUnion;
    into.accepted += accepted;
    into.rejected += rejected;
    for (const { name, files } of places) {
      const place = this.#placeOf(stream, name, origin.partKey);
      const staged = into.files.get(name) ?? [];
      for (const file of this.#stagedFiles(stream, { place, files }, origin)) staged.push(file);
      into.files.set(name, staged);
    }
  }

  #placeOf({ mayFill, label }: RunStream, name: string, partKey: string): DataPlace {
    if (name !== '' && name.isWellFormed() && mayFill(name)) {
      return this.#uniting.layout.place(this.#uniting.prefix, name);
    }
    throw refusedDocument(partKey, `has files of ${shownText(name)}, which the stream "${label}" does not fill`);
  }

  *#stagedFiles(
    { isReplaced }: RunStream,
    { place, files }: { readonly place: DataPlace; readonly files: readonly PartFile[] },
    { part, partKey }: Origin,
  ): Generator<StagedFile> {
    const { prefix, salt } = this.#uniting;
    const named = files.map(({ key }) => key);
    const keys = ownKeysOf({ prefix, place, key: partKey }, named);
    const attempt = { id: part.run, index: part.index, attempt: part.attempt };
    for (const [number, key] of keys.entries()) {
      if (this.#keys.has(key)) throw refusedDocument(partKey, `names ${JSON.stringify(key)}, as another part does`);
      this.#keys.add(key);
      const { bytes, crc32, etag, rows, min_time, max_time } = files[number] as PartFile;
      yield {
        key: isReplaced ? renamedKey(key, salt) : key,
        stagedAt: attemptKey(prefix, attempt, key),
        size: bytes,
        crc32,
        etag,
        rows,
        minTime: min_time ?? Number.NaN,
        maxTime: max_time ?? Number.NaN,
      };
    }
  }
}
