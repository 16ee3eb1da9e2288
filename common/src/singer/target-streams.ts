// What a target knows of its streams while lines come: their schemas, their versions, and which of them a run of `write` was
// begun with. A run's catalog is fixed; what does not fit it ends the run.
import type { ConfiguredStream } from '../protocol/catalog.ts';
import type { StreamSchema } from './schema.ts';

/** What a run knows of a stream. `version` is undefined for records that have none. */
type Planned = { readonly schema: StreamSchema; readonly version: number | undefined };

/**
 * What came of the version, last of all. `rows`: a record. `complete`: an activation after records. A tap's first full sync also
 * activates its version before the first record, so that an activation without one proves nothing (`announced`); a second one
 * then says that there are none (`empty`).
 */
type Progress = 'nothing' | 'rows' | 'complete' | 'announced' | 'empty';

const afterActivation: Readonly<Record<Progress, Progress>> = {
  nothing: 'announced',
  announced: 'empty',
  empty: 'empty',
  rows: 'complete',
  complete: 'complete',
};

export type TargetStream = {
  schema: StreamSchema;
  /** Of the record or the activation that came last. */
  version: number | undefined;
  planned: Planned | undefined;
  progress: Progress;
  /** Where a version was ever named: in records, or in activations alone. */
  versions: 'nowhere' | 'activations' | 'records';
  /** A run that was to write its rows could not. */
  failed: boolean;
  /** What was there before its version is gone. */
  replaced: boolean;
};

export class TargetStreams {
  readonly #byName = new Map<string, TargetStream>();

  get(name: string): TargetStream | undefined {
    return this.#byName.get(name);
  }

  /** The same SCHEMA again changes nothing. */
  learn(schema: StreamSchema): void {
    const known = this.#byName.get(schema.stream);
    if (known === undefined) {
      this.#byName.set(schema.stream, {
        schema,
        version: undefined,
        planned: undefined,
        progress: 'nothing',
        versions: 'nowhere',
        failed: false,
        replaced: false,
      });
    } else if (JSON.stringify(known.schema) !== JSON.stringify(schema)) known.schema = schema;
  }

  /** Begins a run with all that is known. @returns its catalog, in the order in which streams were first known. */
  plan(): readonly ConfiguredStream[] {
    return Array.from(this.#byName.values(), (stream) => {
      const { schema, version } = stream;
      stream.planned = { schema, version };
      return configured(schema, version);
    });
  }

  /** The input has ended: the streams whose version is complete, and which have not replaced anything yet. */
  proven(): readonly TargetStream[] {
    return [...this.#byName.values()].filter(({ progress, failed, replaced }) => {
      return (progress === 'complete' || progress === 'empty') && !failed && !replaced;
    });
  }

  /** A stream could not be written in some run: its version is not complete, whatever the tap says. */
  fail(name: string): void {
    const stream = this.#byName.get(name);
    if (stream !== undefined) stream.failed = true;
  }

  /** Of each stream with a version that has not replaced its earlier rows: why. */
  unreplaced(): readonly string[] {
    const streams = [...this.#byName.values()].filter(({ versions, replaced }) => versions !== 'nowhere' && !replaced);
    return streams.map(({ schema: { stream }, progress, versions }) => {
      if (progress === 'complete' || progress === 'empty') {
        return `The previous rows of "${stream}" stay current: the run failed before it could replace them.`;
      }
      if (versions === 'records') {
        return `The rows of "${stream}" were appended: no ACTIVATE_VERSION came after them, so they replace nothing.`;
      }
      return `The previous rows of "${stream}" stay current: its version was activated once, without a record. To replace them with an empty table, send a second ACTIVATE_VERSION.`;
    });
  }

  /** Of all streams, each once. */
  keyProperties(): readonly string[] {
    return [...new Set([...this.#byName.values()].flatMap(({ schema }) => schema.keyProperties))];
  }
}

/** Whether a record of that version, or the word that it is complete, can go into the current run. */
export function fitsRun({ schema, planned }: TargetStream, version: number | undefined): boolean {
  return planned !== undefined && planned.schema === schema && planned.version === version;
}

/** A record of the version goes into the current run. Hot path. */
export function noteRecord(stream: TargetStream, version: number | undefined): void {
  stream.version = version;
  if (version === undefined) stream.progress = 'nothing';
  else {
    stream.progress = 'rows';
    stream.versions = 'records';
  }
}

export function noteActivation(stream: TargetStream, version: number): void {
  if (stream.version !== version) stream.progress = 'nothing';
  stream.version = version;
  stream.progress = afterActivation[stream.progress];
  if (stream.versions === 'nowhere') stream.versions = 'activations';
}

/** A version is what Airbyte calls a generation: when it is complete, what was there before it goes, and not its own records. */
function configured({ stream, schema, keyProperties }: StreamSchema, version: number | undefined): ConfiguredStream {
  return {
    name: stream,
    jsonSchema: schema,
    syncMode: version === undefined ? 'incremental' : 'full_refresh',
    destinationSyncMode: 'append',
    cursorField: [],
    primaryKey: keyProperties.map((key) => [key]),
    isPart: true,
    ...(version !== undefined && { generationId: version, minimumGenerationId: version, syncId: version }),
  };
}
