// What is left of a set of keys without those that stay. Pure.

/** What of `keys` is in none of `kept`. */
export function without<Key extends string>(
  keys: readonly Key[],
  ...kept: readonly (readonly string[] | undefined)[]
): readonly Key[] {
  const stays = new Set(kept.flatMap((set) => set ?? []));
  return keys.filter((key) => !stays.has(key));
}
