// What a target knows of its streams while lines come: their schemas, their versions, and which of them a run of `write` was
// begun with. A run's catalog is fixed; what does not fit it ends the run.
import type { ConfiguredStream } from '../protocol/catalog.ts';
import type { StreamSchema } from './schema.ts';

/** What a run knows of a stream. `version` is undefined for records that have none. */
type Planned = { readonly schema: StreamSchema; readonly version: number | undefined };

export type TargetStream = {
  schema: StreamSchema;
  /** Of the records that came last. */
  version: number | undefined;
  planned: Planned | undefined;
  /** Records of a version came, and nothing yet that says they are all. */
  unproven: boolean;
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
      this.#byName.set(schema.stream, { schema, version: undefined, planned: undefined, unproven: false });
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

  /** The streams with records of a version that was never activated after them. */
  unproven(): readonly string[] {
    return [...this.#byName.values()].filter(({ unproven }) => unproven).map(({ schema }) => schema.stream);
  }

  /** Of all streams, each once. */
  keyProperties(): readonly string[] {
    return [...new Set([...this.#byName.values()].flatMap(({ schema }) => schema.keyProperties))];
  }
}

/** Whether a record or an activation of that version can go into the current run. */
export function fitsRun({ schema, planned }: TargetStream, version: number | undefined): boolean {
  return planned !== undefined && planned.schema === schema && planned.version === version;
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
    ...(version !== undefined && { generationId: version, minimumGenerationId: version, syncId: version }),
  };
}
