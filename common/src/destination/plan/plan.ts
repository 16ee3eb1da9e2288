// Plans each stream of the catalog: where its rows go, which field has their time, which schema they keep, and what happens to
// earlier data. The plan is made once, at the start. Streams that cannot be written are refused here, before any input is read.
import type { ConfiguredStream } from '../../protocol/catalog.ts';
import { ConnectorError, type StreamDescriptor } from '../../protocol/errors.ts';
import type { Log } from '../../protocol/log.ts';
import type { JsonObject } from '../../protocol/messages.ts';
import { streamDescriptor, streamLabel, type StreamKey } from '../../protocol/stream-key.ts';
import type { RowSchema } from '../../published/row-schema.ts';
import { createRowValidator, type RowValidator } from '../../published/row-validator.ts';
import type { Regime } from '../input/completion.ts';
import { byStreamKey } from '../input/stream-names.ts';
import {
  defaultTimeField,
  entryFor,
  FieldNumbers,
  given,
  refusedStream,
  warnOfUnusedEntries,
  type StreamEntry,
} from '../input/stream-plan.ts';
import type { DestinationPlace } from '../config/config.ts';
import type { Layout } from '../layout/layout.ts';
import { regimeOf, successionOf, type Succession } from '../replacing/generations.ts';
import type { DataPlace } from '../replacing/own-keys.ts';
import { partitionBytes, planRows, type RowPlan } from '../rows/row-plan.ts';
import { runStagedBytes } from '../replacing/run-id.ts';

/** What every destination knows about a stream. */
export type Target = {
  /** Its number in the plan. */
  readonly index: number;
  readonly stream: StreamDescriptor;
  /** Names the stream in messages. */
  readonly label: string;
  /** The name in the path, before it is encoded. */
  readonly name: string;
  readonly place: DataPlace;
  readonly rejectedFolder: string;
  /** The number in `Plan.fields` of the field with the time of a row. Undefined for a snapshot. */
  readonly timeField: number | undefined;
  /** Undefined for a stream that is not of a published type: its rows may have any fields. */
  readonly published: Published | undefined;
  /** Undefined if rows are stored byte for byte. */
  readonly rowPlan: RowPlan | undefined;
  /** What happens to the earlier data, and which message proves that the stream is complete. */
  readonly succession: Succession;
  readonly regime: Regime;
  /** The settings that decide the form of its files and rows, by name. They are equal for all writers of a run. */
  readonly form: Readonly<Record<string, string>>;
};

export type Published = {
  readonly validate: RowValidator;
  readonly schema: RowSchema;
  /** The number in `Plan.fields` of the field with the workspace of a row. */
  readonly workspaceField: number;
};

export type Plan<Planned extends Target = Target> = {
  readonly targets: readonly Planned[];
  readonly byKey: ReadonlyMap<StreamKey, Planned>;
  /** The target of records whose stream is not in the catalog. All of them are rejected. */
  readonly strays: Target;
  /** The top-level fields of `data` that the scanner must find. */
  readonly fields: readonly string[];
};

/** What a destination decides itself about a stream. */
type Described<More> = {
  readonly name: string;
  /** The schema of the published type of the stream. */
  readonly schema: RowSchema | undefined;
  /** Fields to find in addition to those of the schema. */
  readonly fields?: readonly string[];
  /** Other names under which the stream has files. */
  readonly otherNames?: readonly string[];
  readonly more: (rowPlan: RowPlan | undefined) => More;
  /** Settings of the destination for `Target.form`. */
  readonly form?: JsonObject;
};

type PlanRules<Entry extends StreamEntry, More> = {
  readonly prefix: string;
  /** See `Place`. */
  readonly arrayIndex?: string | undefined;
  readonly run?: DestinationPlace['run'];
  readonly layout: Layout;
  readonly entries: readonly Entry[];
  /** The form of times in the columns that Airbyte's destinations add. Undefined if the columns are not wanted. */
  readonly metadata: 'ms' | 'text' | undefined;
  readonly describe: (stream: ConfiguredStream, entry: Entry | undefined) => Described<More>;
  /** The kind of a stream if neither its entry nor its type decides it. */
  readonly kindOf: (succession: Succession) => RowSchema['kind'];
  readonly log: Log;
};

/**
 * @throws CATALOG_INVALID for generations that do not exist, and for streams that would share a path; CONFIG_INVALID for
 * replaced streams if this is one of several workers.
 */
export function planTargets<Entry extends StreamEntry, More>(
  rules: PlanRules<Entry, More>,
  catalog: readonly ConfiguredStream[],
): Plan<Target & More> {
  const { prefix, layout, entries, metadata, log, run } = rules;
  if (run instanceof ConnectorError) throw run;
  if (run !== undefined) refuseParts(catalog);
  warnOfUnusedEntries(entries, catalog, log);
  const fields = new FieldNumbers();
  const labels = new Map<string, string>();
  const targets = catalog.map((stream, index) => {
    const entry = entryFor(stream, entries);
    const described = rules.describe(stream, entry);
    const { name, schema, otherNames = [] } = described;
    const rowPlan = planRows(stream, { fields: entry?.partition_by, isGeneric: schema === undefined, metadata });
    for (const { field } of rowPlan?.partitions ?? []) fields.of(field);
    for (const used of [name, ...otherNames]) refuseUnfit(stream, { name: used, rowPlan }, rules);
    const place = layout.place(prefix, name);
    refuseShared(stream, labels.get(place.folder), layout.noun, place.folder);
    labels.set(place.folder, streamLabel(stream));
    const succession = successionOf(stream);
    const isSnapshot = (entry?.kind ?? schema?.kind ?? rules.kindOf(succession)) === 'snapshot';
    const timeName = isSnapshot ? undefined : (given(entry?.time_field) ?? defaultTimeField);
    return {
      ...described.more(rowPlan),
      index,
      stream: streamDescriptor(stream),
      label: streamLabel(stream),
      name,
      place,
      rejectedFolder: layout.rejectedFolder(prefix, name),
      timeField: timeName === undefined ? undefined : fields.of(timeName),
      published: schema && publishedFrom(schema, fields, described.fields),
      rowPlan,
      succession,
      regime: regimeOf(stream),
      form: formOf(rowPlan, { ...described.form, time_field: timeName ?? null }),
    };
  });
  if (run === undefined) {
    refuseDivided(targets, rules.arrayIndex);
    warnOfHeldStates(targets, log);
  }
  const byKey = byStreamKey(targets.map((target) => [target.stream, target] as const));
  return { targets, byKey, strays: straysOf(prefix, targets.length), fields: fields.names };
}

function formOf(rowPlan: RowPlan | undefined, settings: JsonObject): Target['form'] {
  const all = {
    ...settings,
    partition_by: rowPlan?.partitions.map(({ folder }) => folder) ?? [],
    airbyte_metadata: rowPlan?.metadata !== undefined,
  };
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, JSON.stringify(value)]));
}

/** No stream has this folder: no name in a path begins like that. */
function straysOf(prefix: string, index: number): Target {
  const name = '_unknown_stream';
  const folder = `${prefix}_rejected/${name}/`;
  return {
    index,
    stream: { name },
    label: 'streams that are not in the catalog',
    name,
    place: { name, folder, extensions: [] },
    rejectedFolder: folder,
    timeField: undefined,
    published: undefined,
    rowPlan: undefined,
    succession: { kind: 'keep' },
    regime: 'legacy',
    form: {},
  };
}

function publishedFrom(schema: RowSchema, fields: FieldNumbers, more: readonly string[] = []): Published {
  for (const name of [...schema.fields.map((field) => field.name), ...more]) fields.of(name);
  return {
    validate: createRowValidator(schema, fields.names),
    schema,
    workspaceField: fields.of(schema.workspaceField),
  };
}

function refuseUnfit(
  stream: ConfiguredStream,
  { name, rowPlan }: { readonly name: string; readonly rowPlan: RowPlan | undefined },
  { prefix, layout, run }: Pick<PlanRules<StreamEntry, unknown>, 'prefix' | 'layout' | 'run'>,
): void {
  if (!name.isWellFormed()) {
    throw refusedStream(stream, `has a name that is not Unicode. Set a "${layout.noun}" for it in "streams".`);
  }
  const partition = rowPlan === undefined ? 0 : partitionBytes(rowPlan);
  const staged = run === undefined || run instanceof ConnectorError ? 0 : runStagedBytes(run);
  if (layout.fits(layout.place(prefix, name).folder, { partition, staged })) return;
  throw refusedStream(
    stream,
    `has a name too long for a key in S3. Set a shorter "${layout.noun}" for it in "streams".`,
  );
}

/** `other`: the label of the stream that already has the folder. */
function refuseShared(stream: ConfiguredStream, other: string | undefined, noun: string, folder: string): void {
  if (other === undefined) return;
  throw refusedStream(
    stream,
    `would be written to the same path as "${other}": ${folder}. Set another "${noun}" for one of them in "streams".`,
  );
}

/** A Singer target writes in several turns, and only the last turn knows that a stream is complete. */
function refuseParts(catalog: readonly ConfiguredStream[]): void {
  const part = catalog.find(({ isPart }) => isPart === true);
  if (part === undefined) return;
  const text = `A Singer target cannot be one of the writers of a run: unset "run" and SYNC_RUN, or feed the destination with messages of Airbyte's protocol.`;
  throw new ConnectorError('CONFIG_INVALID', text, { stream: streamDescriptor(part) });
}

/** Each of several workers would replace what the others wrote. */
function refuseDivided(targets: readonly Target[], arrayIndex: string | undefined): void {
  const replaced = targets.find(({ succession }) => succession.kind === 'replace');
  if (arrayIndex === undefined || replaced === undefined) return;
  throw new ConnectorError(
    'CONFIG_INVALID',
    `The stream "${replaced.label}" is replaced, but ${arrayIndex} says that this is one of several workers: each would delete the rows of the others. Let all of them belong to one "run" (docs/how-to/scale-out.md), let a single worker write the stream, append to it instead, or unset ${arrayIndex} if there is one worker only.`,
    { stream: replaced.stream },
  );
}

function warnOfHeldStates(targets: readonly Target[], log: Log): void {
  const held = targets.filter(({ succession }) => succession.kind === 'replace').map(({ label }) => label);
  if (held.length === 0) return;
  log(
    'WARN',
    `These streams are replaced once their new data is complete: ${held.join(', ')}. Their states are printed at the end of the input, and so are states that cover all streams.`,
  );
}
