// The streams of a target while it reads lines: their schemas, their versions, and the catalog of the current run of `write`. A
// run's catalog is fixed; a line that does not match it ends the run.
import type { ConfiguredStream } from '../protocol/catalog.ts';
import type { StreamSchema } from './schema.ts';

/** A stream in a run. `version` is undefined for records without one. */
type Planned = { readonly schema: StreamSchema; readonly version: number | undefined };

/**
 * The last message of the version. `rows`: a record. `complete`: an activation after records. A tap's first full sync also
 * activates its version before the first record, so an activation without records proves nothing (`announced`). A second one
 * means that the table is empty (`empty`).
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
  /** The version of the last record or activation. */
  version: number | undefined;
  planned: Planned | undefined;
  progress: Progress;
  /** Where a version appeared: in records, or only in activations. */
  versions: 'nowhere' | 'activations' | 'records';
  /** A run failed to write its rows. */
  failed: boolean;
  /** Its version has replaced the previous rows. */
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

  /** Begins a run with all known streams. @returns its catalog, in the order in which the streams appeared. */
  plan(): readonly ConfiguredStream[] {
    return Array.from(this.#byName.values(), (stream) => {
      const { schema, version } = stream;
      stream.planned = { schema, version };
      return configured(schema, version);
    });
  }

  /** At the end of the input: the streams whose version is complete and has not replaced earlier rows yet. */
  proven(): readonly TargetStream[] {
    return [...this.#byName.values()].filter(({ progress, failed, replaced }) => {
      return (progress === 'complete' || progress === 'empty') && !failed && !replaced;
    });
  }

  /** A run failed to write a stream, so its version is not complete, whatever the tap reports. */
  fail(name: string): void {
    const stream = this.#byName.get(name);
    if (stream !== undefined) stream.failed = true;
  }

  /** Why each stream with a version has not replaced its earlier rows. */
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

  /** The key properties of all streams, each once. */
  keyProperties(): readonly string[] {
    return [...new Set([...this.#byName.values()].flatMap(({ schema }) => schema.keyProperties))];
  }
}

/** Whether a record or the completion of that version can go into the current run. */
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

/** A version is Airbyte's generation: when it is complete, it replaces all earlier rows, but not its own records. */
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
