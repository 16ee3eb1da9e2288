// Which objects a replacement puts away: those lying exactly below the folder whose names are of our making, and no other.
// Pure.

/** What a folder holds: objects that we wrote, and others, which are left alone. */
export type FolderContent = { readonly ours: readonly string[]; readonly others: readonly string[] };

const below =
  '(?:year=\\d{4}/month=\\d{1,2}/day=\\d{1,2}/(?:hour=\\d{2}/)?)?-?\\d{1,16}-[0-9a-f]{16}-[A-Za-z0-9_]{1,32}';

/**
 * Tells the keys below `folder` (which ends with a slash) apart: ours have date folders or none, and the name
 * `{timestamp}-{hash}-{worker_id}` with one of `extensions` (`.jsonl.gz`).
 */
export function tellApart(folder: string, keys: Iterable<string>, extensions: readonly string[]): FolderContent {
  const name = new RegExp(
    `^${below}(?:${extensions.map((extension) => extension.replaceAll('.', String.raw`\.`)).join('|')})$`,
    'u',
  );
  const ours: string[] = [];
  const others: string[] = [];
  for (const key of keys) {
    const isOurs = key.startsWith(folder) && name.test(key.slice(folder.length));
    (isOurs ? ours : others).push(key);
  }
  return { ours, others };
}

/** What of `keys` is in none of `kept`. */
export function without(keys: readonly string[], ...kept: readonly (readonly string[])[]): readonly string[] {
  const stays = new Set(kept.flat());
  return keys.filter((key) => !stays.has(key));
}
