// How a run of several writers is published (docs/how-to/scale-out.md): a table is replaced only if its export is still the one
// that the run found at its beginning, and rows are added once, however often that is tried.
import { ConnectorError, type StreamDescriptor } from '../../protocol/errors.ts';
import type { ExportId } from '../replacing/export-id.ts';
import { isGenerationNoted, noteGeneration } from '../replacing/generation-record.ts';
import { settle } from '../replacing/interrupted.ts';
import type { Latest } from '../replacing/manifest.ts';
import type { Area } from '../replacing/manifest-store.ts';
import type { DataPlace } from '../replacing/own-keys.ts';
import { copyAll, type Replacement } from '../replacing/replacement.ts';
import type { Target } from '../plan/plan.ts';

export type RunPublication = {
  /** The id of the run. */
  readonly id: string;
  /** New for each try, so that two tries never write the same keys of a replaced table. */
  readonly exportId: ExportId;
  /** The current export of each place when the run began. */
  readonly base: ReadonlyMap<string, ExportId>;
  /** STATE lines of the stream, for its manifest. */
  readonly statesOf: (stream: StreamDescriptor) => readonly string[];
};

/** Whether an earlier try of this run published the place. */
export function isPublishedBy(latest: Latest | undefined, { id }: RunPublication): boolean {
  return latest?.current?.run?.id === id;
}

/**
 * @throws REPLACEMENT_REFUSED if the current export is not the one that the run replaces; S3_OBJECT_CONFLICT if it is of
 * another try of the run.
 */
export function refuseOtherBase(publishing: RunPublication, { name }: DataPlace, latest: Latest | undefined): void {
  const { id, base } = publishing;
  if (latest?.current?.export === base.get(name)) return;
  if (isPublishedBy(latest, publishing)) {
    throw new ConnectorError(
      'S3_OBJECT_CONFLICT',
      `Another process has published "${name}" of the run "${id}". Let only one process at a time commit a run.`,
    );
  }
  throw new ConnectorError(
    'REPLACEMENT_REFUSED',
    `"${name}" was replaced by another run after the run "${id}" had begun: its data stays current. Abort this run ("commit --abort --run ${id}") and begin a new one.`,
  );
}

/** Adds rows to the existing ones, under the names that the parts give. Repeating it changes nothing. */
export async function appendSet(
  area: Area,
  { stream, succession }: Pick<Target, 'stream' | 'succession'>,
  { place, files, exportId }: Pick<Replacement, 'place' | 'files' | 'exportId'>,
  signal: AbortSignal,
): Promise<void> {
  await settle(area, place, signal);
  if (succession.kind === 'outlive') {
    const scope = { place, generation: succession.generation };
    if (!(await isGenerationNoted(area, scope, signal))) await noteGeneration(area, { ...scope, stream }, signal);
  }
  await copyAll(area, exportId, files, signal);
}
