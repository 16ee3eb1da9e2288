// Decides from what is found in S3 what happens to a replacement that was begun and not finished. Pure; interrupted.ts acts on
// it.
import type { OwnKey } from '../../s3/own-key.ts';
import type { ExportId } from './export-id.ts';
import type { Intent, Latest } from './manifest.ts';
import { keysWithout } from './own-keys.ts';

/** What to delete, and whether the set is current (`finish`) or was never published (`roll_back`). */
export type Recovery =
  | { readonly kind: 'none' }
  | { readonly kind: 'finish'; readonly surplus: readonly OwnKey[] }
  | { readonly kind: 'roll_back'; readonly surplus: readonly OwnKey[] };

/** The manifests that may be of unfinished replacements: all but those that latest.json lists as earlier. */
export function suspects(exports: readonly ExportId[], latest: Latest | undefined): readonly ExportId[] {
  return keysWithout(exports, latest?.earlier);
}

/**
 * latest.json decides. A set that it names has replaced the previous one, whose deletion must be finished. A set that it does
 * not name is rolled back. Files of the current set, and files that were there before, are never deleted.
 */
export function decideRecovery(intent: Intent, latest: Latest | undefined): Recovery {
  if (intent.state === 'published') return { kind: 'none' };
  const keys = intent.files.map(({ key }) => key);
  const current = latest?.current;
  if (current?.export === intent.export) return { kind: 'finish', surplus: keysWithout(intent.previous, keys) };
  const counting = current?.files.map(({ key }) => key);
  return { kind: 'roll_back', surplus: keysWithout(keys, intent.previous, counting) };
}
