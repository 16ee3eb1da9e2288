// What becomes of a replacement that was begun and not ended, from what is found in S3. Pure; interrupted.ts does it.
import type { OwnKey } from '../../s3/own-key.ts';
import type { ExportId } from './export-id.ts';
import type { Intent, Latest } from './manifest.ts';
import { keysWithout } from './own-keys.ts';

/** What is to be deleted, and whether the set counts (`finish`) or never was (`roll_back`). */
export type Recovery =
  | { readonly kind: 'none' }
  | { readonly kind: 'finish'; readonly surplus: readonly OwnKey[] }
  | { readonly kind: 'roll_back'; readonly surplus: readonly OwnKey[] };

/** The manifests that may be of unfinished replacements: none of those that latest.json says came before it. */
export function suspects(exports: readonly ExportId[], latest: Latest | undefined): readonly ExportId[] {
  return keysWithout(exports, latest?.earlier);
}

/**
 * latest.json decides: a set that it names has replaced the previous one, whose deletion is to be finished; one that it
 * does not name is taken back. What the set that counts holds is never deleted, nor what lay there before.
 */
export function decideRecovery(intent: Intent, latest: Latest | undefined): Recovery {
  if (intent.state === 'published') return { kind: 'none' };
  const keys = intent.files.map(({ key }) => key);
  const current = latest?.current;
  if (current?.export === intent.export) return { kind: 'finish', surplus: keysWithout(intent.previous, keys) };
  const counting = current?.files.map(({ key }) => key);
  return { kind: 'roll_back', surplus: keysWithout(keys, intent.previous, counting) };
}
