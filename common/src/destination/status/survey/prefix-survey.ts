// What a listing shows about everything below the prefix. It takes each object once, in any order. Its memory is bounded,
// whatever the listing: objects beyond the bounds are only counted. Pure.
import type { ExportId } from '../../replacing/export-id.ts';
import type { ListedObject } from '../../../s3/list.ts';
import { FileCandidates } from './file-candidates.ts';
import { keyKind, MISPLACEMENTS, type Misplacement, type Whereabouts } from './key-kind.ts';
import { PlaceSurvey, type SurveyTimes } from './place-survey.ts';

/** `places`: a type takes more memory than a table, and there may be a table for each of 5,000 events. */
export const surveyBounds = {
  places: { hour: 1000, day: 5000 },
  manifests: 5000,
  rejected: 200,
  exports: 200,
  runs: 200,
  misplaced: 100,
  examples: 3,
} as const;

/** `examples`: the first keys. */
export type KeyCount = { count: number; bytes: number; readonly examples: string[] };

type MisplacedKeys = KeyCount & { readonly why: Misplacement; readonly folder: string };

/** One export below `_staging/`. */
type StagedExport = KeyCount & { newest: number };

/** One folder below `_manifests/`. `latest`: latest.json. */
export type ManifestFolder = {
  latest: Pick<ListedObject, 'size' | 'lastModified'> | undefined;
  newest: { readonly export: ExportId; readonly size: number } | undefined;
};

/** One run of several writers. `hasOutcome`: from its documents; `newest`: milliseconds. */
type RunObjects = { hasOutcome: boolean; parts: number; staged: number; newest: number };

type RejectedFiles = KeyCount & { newest: number; readonly candidates: FileCandidates };

export class PrefixSurvey {
  readonly places = new Map<string, PlaceSurvey>();
  readonly rejected = new Map<string, RejectedFiles>();
  readonly staged = new Map<ExportId, StagedExport>();
  readonly runs = new Map<string, RunObjects>();
  readonly manifests = new Map<string, ManifestFolder>();
  /** Tables that have a document in `_schemas/`. */
  readonly schemas = new Set<string>();
  readonly misplaced = new Map<string, MisplacedKeys>();
  /** Objects that exceed the bounds. */
  readonly beyond: KeyCount = { count: 0, bytes: 0, examples: [] };
  objects = 0;
  /** Objects of the destinations with nothing to report. */
  known = 0;
  readonly #where: Whereabouts;
  readonly #times: SurveyTimes;

  constructor(where: Whereabouts, times: SurveyTimes) {
    this.#where = where;
    this.#times = times;
  }

  see(object: ListedObject): void {
    this.objects += 1;
    const kind = keyKind(object.key, this.#where);
    switch (kind.kind) {
      case 'data': {
        const { period } = this.#where.layout;
        const held = { name: kind.name, most: surveyBounds.places[period], object };
        this.#held(this.places, held, () => new PlaceSurvey(period, this.#times))?.see(object, kind);
        return;
      }
      case 'misplaced':
        this.#seeMisplaced(object, kind);
        return;
      case 'rejected':
        this.#seeRejected(object, kind.name);
        return;
      case 'staged': {
        const held = { name: kind.export, most: surveyBounds.exports, object };
        const found = this.#held(this.staged, held, () => ({ ...nothing(), newest: 0 }));
        if (found !== undefined) addNewest(found, object);
        return;
      }
      case 'run': {
        const none = { hasOutcome: false, parts: 0, staged: 0, newest: 0 };
        const found = this.#held(this.runs, { name: kind.run, most: surveyBounds.runs, object }, () => none);
        if (found !== undefined) addRun(found, kind.what, object);
        return;
      }
      case 'manifest': {
        const held = { name: kind.name, most: surveyBounds.manifests, object };
        const found = this.#held(this.manifests, held, () => ({ latest: undefined, newest: undefined }));
        if (found !== undefined) addManifest(found, kind.export, object);
        return;
      }
      case 'schema':
        if (this.schemas.size < surveyBounds.manifests) this.schemas.add(kind.name);
        return;
      default:
        this.known += 1;
    }
  }

  #seeMisplaced(object: ListedObject, { why, folder }: Pick<MisplacedKeys, 'why' | 'folder'>): void {
    // When the bound is reached, each reason still gets its own entry, so that none is lost.
    const isFull = this.misplaced.size >= surveyBounds.misplaced - MISPLACEMENTS.length;
    const named = this.misplaced.has(`${why} ${folder}`) || !isFull ? folder : '';
    const found = this.misplaced.get(`${why} ${named}`) ?? { ...nothing(), why, folder: named };
    this.misplaced.set(`${why} ${named}`, found);
    addTo(found, object);
  }

  #seeRejected(object: ListedObject, name: string): void {
    const { recentFrom, windowFrom } = this.#times;
    const made = () => ({ ...nothing(), newest: 0, candidates: new FileCandidates(recentFrom, windowFrom) });
    const found = this.#held(this.rejected, { name, most: surveyBounds.rejected, object }, made);
    if (found === undefined) return;
    addNewest(found, object);
    found.candidates.see(object);
  }

  #held<T>(
    map: Map<string, T>,
    { name, most, object }: { readonly name: string; readonly most: number; readonly object: ListedObject },
    make: () => T,
  ): T | undefined {
    const found = map.get(name);
    if (found !== undefined) return found;
    if (map.size >= most) {
      addTo(this.beyond, object);
      return undefined;
    }
    const made = make();
    map.set(name, made);
    return made;
  }
}

function nothing(): KeyCount {
  return { count: 0, bytes: 0, examples: [] };
}

function addTo(found: KeyCount, { key, size }: ListedObject): void {
  found.count += 1;
  found.bytes += size;
  if (found.examples.length < surveyBounds.examples) found.examples.push(key);
}

function addNewest(found: KeyCount & { newest: number }, object: ListedObject): void {
  addTo(found, object);
  found.newest = Math.max(found.newest, object.lastModified.getTime());
}

function addRun(found: RunObjects, what: 'run' | 'commit' | 'part' | 'staged', { lastModified }: ListedObject): void {
  found.hasOutcome ||= what === 'commit';
  if (what === 'part') found.parts += 1;
  if (what === 'staged') found.staged += 1;
  found.newest = Math.max(found.newest, lastModified.getTime());
}

function addManifest(found: ManifestFolder, id: ExportId | undefined, { size, lastModified }: ListedObject): void {
  if (id === undefined) found.latest = { size, lastModified };
  else if (found.newest === undefined || found.newest.export < id) found.newest = { export: id, size };
}
